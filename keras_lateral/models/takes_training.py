"""Whether a model distinguishes training from inference."""

from __future__ import annotations

import inspect

import keras


def takes_training(model: keras.Model) -> bool:
    """As `fit` asks it: a model whose `call` does not take `training` is called without."""
    parameters = inspect.signature(model.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)
