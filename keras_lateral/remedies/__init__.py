"""The usual remedies for little data, as methods to compare with."""

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

__getattr__, __dir__, __all__ = page(__name__)
