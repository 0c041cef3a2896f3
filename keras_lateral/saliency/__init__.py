"""Saliency maps: where a model looks, and how far to trust its maps."""
