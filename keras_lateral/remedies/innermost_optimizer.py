"""A compiled model's optimizer with other settings."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.keras_tools.learning_rate import innermost
from keras_lateral.keras_tools.recompiled import optimizer_with, recompile


def innermost_optimizer(model: keras.Model) -> Any:
    """Returns the optimizer that makes the steps, within those that wrap it.

    Args:
        model: A compiled model.

    Raises:
        ValueError: If the model is not compiled.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()), "mse")
    >>> type(innermost_optimizer(model)).__name__
    'SGD'
    """
    if not model.compiled:
        raise ValueError(
            "Invalid value for argument `model`. Expected a compiled model, whose optimizer is "
            f"changed. Received: model={model}"
        )
    return innermost(model.optimizer)


def set_optimizer(model: keras.Model, **changes: Any) -> keras.Model:
    """Gives a compiled model's optimizer other settings, in place, and returns the model.

    An optimizer that has made no step stays the same object, and keeps what is no setting, such as
    variables that are excluded from weight decay.

    Args:
        model: A compiled model.
        **changes: Settings as in the optimizer's config.

    Raises:
        ValueError: If the model is not compiled, or its optimizer has no such setting.
    """
    optimizer = innermost_optimizer(model)
    known = optimizer.get_config()
    unknown = [name for name in changes if name not in known]
    if optimizer.built or unknown:
        return recompile(model, optimizer=optimizer_with(model.optimizer, **changes))
    for name, value in changes.items():
        setattr(optimizer, name, value)
    return recompile(model, optimizer=model.optimizer)
