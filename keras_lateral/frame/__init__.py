"""The frame regularizer and its rivals: a layer's operator, its Gram matrix, its bounds."""

import keras  # noqa: F401, before any module here: `registration.py` says why
