"""Gradient Mask: only the gradients that stand out from their neighbours pass."""

import keras  # noqa: F401, before any module here: `registration.py` says why
