"""Keras layers, regularizers and callbacks that help convolutional networks on little data."""

__version__ = "0.1.0"
