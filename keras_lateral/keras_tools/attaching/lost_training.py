"""Warns when a model is saved or copied, and how it trains is not.

All that is kept of a model's training are the arguments of `compile`: no training step that was set
on the model, and no variables that an optimizer was told to leave alone. Saving weights alone loses
nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import keras

from keras_lateral.keras_tools.replaced import Replaced

CompileConfig = Callable[[], Any]


def warn_when_training_is_lost(
    model: keras.Model, acts: Callable[[], bool], *, what: str, instead: str, again: str
) -> None:
    """Has a model warn when its compilation is saved or copied, which does not hold all of it.

    Args:
        model: A compiled model.
        acts: Whether the model still trains so.
        what: How it trains, such as `"sharpness-aware minimization"`.
        instead: What a loaded model, or a copy, does, such as `"trains plainly"`.
        again: What makes it train so too.

    Example:

    >>> import keras, warnings
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> warn_when_training_is_lost(
    ...     model, lambda: True, what="care", instead="trains without", again="call `care(model)`."
    ... )
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     copy = keras.models.clone_model(model)
    >>> print(said[0].message.args[0].partition(": ")[2])
    what is loaded, or the copy, trains without. To train so again, call `care(model)`.
    """
    watched = vars(model).get("get_compile_config")
    if not isinstance(watched, _WatchedCompileConfig):
        watched = _WatchedCompileConfig(model.get_compile_config)
        Replaced(model, "get_compile_config", watched)
    watched.losses.append(
        _Loss(
            acts,
            f"Model {model.name!r} trains with {what}, which is not saved or copied: what is "
            f"loaded, or the copy, {instead}. To train so again, {again}",
        )
    )


def read_compile_config(model: keras.Model) -> Any:
    """Returns a model's arguments of `compile`, for other purposes than to save or copy it."""
    watched = vars(model).get("get_compile_config")
    if isinstance(watched, _WatchedCompileConfig):
        return watched.function()
    return model.get_compile_config()


def set_compile_config(model: keras.Model, function: CompileConfig) -> None:
    """Replaces a model's `get_compile_config`; what warns of a loss goes on doing so."""
    watched = vars(model).get("get_compile_config")
    if isinstance(watched, _WatchedCompileConfig):
        watched.function = function
    else:
        Replaced(model, "get_compile_config", function)


class _Loss(NamedTuple):
    acts: Callable[[], bool]
    message: str


class _WatchedCompileConfig:
    """Acts as the `get_compile_config` of a model."""

    def __init__(self, function: CompileConfig) -> None:
        self.function = function
        self.losses: list[_Loss] = []

    def __call__(self) -> Any:
        for loss in self.losses:
            if loss.acts():
                warnings.warn(loss.message, UserWarning, stacklevel=3)
        return self.function()
