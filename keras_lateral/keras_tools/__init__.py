"""Tools for Keras that several packages share: models, layers, scores and checks."""

import keras  # noqa: F401, before any module here: `registration.py` says why
