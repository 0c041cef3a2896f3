"""Imports keras-tuner where it is used, with a package that it needs and does not declare."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.extras import import_optional

EXTRA = "tuner"


def import_keras_tuner() -> Any:
    """Returns the module `keras_tuner`.

    Raises:
        ImportError: If it is missing, or `tensorboard` is, without which on TensorFlow every trial
            would fail. The message names the extra.
    """
    module = import_optional("keras_tuner", "keras-tuner", "search", EXTRA)
    if keras.config.backend() == "tensorflow":
        import_optional("tensorboard", "tensorboard", "run trials on TensorFlow", EXTRA)
    return module
