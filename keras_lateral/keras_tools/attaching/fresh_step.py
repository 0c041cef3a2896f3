"""A model's step for which no compiled code exists, so that it is traced with today's constants.

On JAX a new training function is not enough. Compiled code belongs to the step from which it was
made, and a model's step is equal to itself: as long as anything holds the old function, a new one
finds the old code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras

from keras_lateral.keras_tools.replaced import Replaced


class FreshStep(partial):  # type: ignore[type-arg]
    """A model's step as a function for which no compiled code exists."""


@contextmanager
def fresh_step(model: keras.Model, name: str = "train_step") -> Iterator[None]:
    """A scope in which a compiled function that is made shares no code with earlier ones.

    Args:
        model: A model.
        name: The step's name, `"train_step"` or `"test_step"`.
    """
    if keras.config.backend() != "jax":
        yield
        return
    replaced = Replaced(model, name, FreshStep(_bare(getattr(model, name))))
    try:
        yield
    finally:
        replaced.restore()


def keep_fresh_step(model: keras.Model) -> None:
    """Gives a model a fresh training step until `drop_fresh_step`, so also when compiled again."""
    if keras.config.backend() == "jax":
        vars(model)["train_step"] = FreshStep(_bare(model.train_step))


def drop_fresh_step(model: keras.Model) -> None:
    """Ends `keep_fresh_step`: the step is again the one beneath, if nobody has set another."""
    own = own_train_step(model)
    if isinstance(vars(model).get("train_step"), FreshStep):
        del vars(model)["train_step"]
        if own is not None:
            vars(model)["train_step"] = own


def own_train_step(model: keras.Model) -> Any:
    """Returns the training step that was set on this one model, or `None` if it is its class's.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> keep_fresh_step(model)
    >>> own_train_step(model) is None
    True
    """
    step = _bare(vars(model).get("train_step"))
    of_its_class = getattr(step, "__func__", None) is type(model).train_step
    return None if of_its_class else step


def _bare(step: Any) -> Any:
    return step.func if isinstance(step, FreshStep) else step
