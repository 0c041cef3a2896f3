"""Gradient Mask: only the gradients that stand out from their neighbours pass."""
