"""The frame regularizer's tables of accuracy: five regularizers and none."""
