"""The loss of a training step, computed without leaving a trace in the model."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


def takes_training(model: keras.Model) -> bool:
    """Returns whether a model's `call` takes `training`; if not, `fit` calls it without."""
    parameters = inspect.signature(model.call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)


Loss = str | Callable[..., Any] | None
"""A Keras loss, its name, or `None` for the one that the model was compiled with."""


def unchanged(model: keras.Model) -> keras.StatelessScope:
    """Returns a scope that discards all writes to the model's variables when it ends."""
    state = [(variable, variable.value) for variable in model.variables]
    return keras.StatelessScope(state, collect_losses=True)


def build_for(model: keras.Model, x: Any) -> None:
    """Builds a model by a call on one sample, as `fit` would; a built one is left alone."""
    if not model.built:
        model(keras.tree.map_structure(lambda array: array[:1], x))


def check_loss(model: keras.Model, loss: Loss) -> None:
    """Raises if there is no loss to differentiate."""
    if loss is None and not model.compiled:
        raise ValueError(
            f"Model {model.name!r} is not compiled, so its loss is unknown. Compile it, or pass "
            "the argument `loss`. Received: loss=None"
        )


def training_loss(model: keras.Model, x: Any, y: Any, loss: Loss) -> Tensor:
    """Returns the scalar that a training step on this batch differentiates.

    With `loss=None` it is what `fit` uses: the compiled losses, the model's own additional ones
    and an optimizer's loss scale.
    """
    y_pred = model(x, training=True) if takes_training(model) else model(x)
    if loss is not None:
        return ops.mean(keras.losses.get(loss)(y, y_pred))
    value = model.compute_loss(x=x, y=y, y_pred=y_pred)
    return value if model.optimizer is None else model.optimizer.scale_loss(value)


@contextmanager
def without_retracing_warnings() -> Iterator[None]:
    """A scope in which TensorFlow does not warn that a function was traced often.

    It takes the prediction functions of different models for one function, so many models that
    predict once each make it warn without reason.
    """
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_is_not_about_retracing)
    try:
        yield
    finally:
        logger.removeFilter(_is_not_about_retracing)


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()
