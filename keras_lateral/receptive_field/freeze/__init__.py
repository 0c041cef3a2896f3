"""Epochs in which the layers that expand the receptive field do not train."""
