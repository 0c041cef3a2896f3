"""A compiled model with another optimizer or loss, and all else of its compilation as it was."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.lost_training import (
    read_compile_config,
    set_compile_config,
)


def recompile(model: keras.Model, *, optimizer: Any = None, loss: Any = None) -> keras.Model:
    """Gives a compiled model another optimizer or loss, in place, and returns it.

    Metrics and all other arguments of `compile` stay as they are, the metrics the very objects.
    What is saved with the model is its new compilation.

    Args:
        model: A compiled model.
        optimizer: The new optimizer, an object. Defaults to the model's own.
        loss: The new loss. Defaults to the model's own.

    Raises:
        ValueError: If the model is not compiled.

    Example:

    >>> import keras
    >>> from keras_lateral import recompile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse", metrics=["mae"])
    >>> model = recompile(model, loss="huber")
    >>> model.loss, model.get_compile_config()["metrics"], type(model.optimizer).__name__
    ('huber', ['mae'], 'SGD')
    """
    if not model.compiled:
        raise ValueError(
            "Invalid value for argument `model`. Expected a compiled model. "
            f"Received: model={model}"
        )
    config_before = read_compile_config(model)
    if optimizer is not None:
        model.optimizer = optimizer
    if loss is not None:
        model.compile(  # without metrics: Keras then keeps those that there are
            optimizer=model.optimizer,
            loss=loss,
            run_eagerly=model.run_eagerly,
            steps_per_execution=model.steps_per_execution,
            jit_compile=model.jit_compile,
            auto_scale_loss=False,  # it has been wrapped, if it is to be
        )
    set_compile_config(model, _CompileConfig(model, config_before))
    rebuild_compiled_functions(model)
    return model


class _CompileConfig:
    """Acts as a model's `get_compile_config`, which otherwise gives the arguments of `compile`."""

    def __init__(self, model: keras.Model, before: dict[str, Any]) -> None:
        self._model, self._before = model, before

    def __call__(self) -> Any:
        now = {name: getattr(self._model, name) for name in ("optimizer", "loss")}
        return {**self._before, **keras.saving.serialize_keras_object(now)}


def optimizer_with(optimizer: Any, **changes: Any) -> Any:
    """Returns a new optimizer with the settings of another, but for those that are given.

    The new one has made no step. Settings are those of the innermost optimizer where others are
    wrapped around it, as in mixed precision; the wrappers are made anew as well. What is no
    setting, `exclude_from_weight_decay`, has to be called again.

    Args:
        optimizer: An optimizer.
        **changes: Settings as in its config, such as `learning_rate` or `weight_decay`.

    Raises:
        ValueError: If the optimizer has no such setting.

    Example:

    >>> import keras
    >>> from keras_lateral.keras_tools.recompiled import optimizer_with
    >>> adam = optimizer_with(keras.optimizers.Adam(beta_1=0.5), weight_decay=0.01)
    >>> adam.weight_decay, adam.beta_1
    (0.01, 0.5)
    """
    config = optimizer.get_config()
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        wrapped = keras.saving.serialize_keras_object(optimizer_with(inner, **changes))
        return type(optimizer).from_config({**config, "inner_optimizer": wrapped})
    unknown = [name for name in changes if name not in config]
    if unknown:
        raise ValueError(
            f"Invalid value for argument `optimizer`. Expected one with the settings {unknown}. "
            f"Received: {type(optimizer).__name__}, whose settings are {sorted(config)}"
        )
    return type(optimizer).from_config({**config, **changes})
