"""Receptive fields, calculated and measured, and a freeze of the layers that expand them."""
