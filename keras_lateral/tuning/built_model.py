"""The user's model, built and checked before a search."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras

BuildModel = Callable[..., keras.Model]
"""A function that returns a compiled model; it may take keras-tuner's hyperparameters."""


def built_model(build_model: BuildModel, hp: Any = None) -> keras.Model:
    """Returns the model that `build_model` builds.

    Raises:
        ValueError: If it returns no compiled model.
    """
    takes_hp = hp is not None and bool(inspect.signature(build_model).parameters)
    model = build_model(hp) if takes_hp else build_model()
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(
            "Invalid value for argument `build_model`. Expected a function that returns a compiled "
            f"Keras model. Received: one that returns {model!r}"
        )
    return model
