"""A training step that is traced again."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras


class FreshStep(partial):  # type: ignore[type-arg]
    """A model's training step as a function for which no compiled code exists."""


def trace_anew(model: Any) -> None:
    """Makes a compiled model trace its training step again, with the current constants.

    On JAX a new training function is not enough. Compiled code belongs to the step from which it
    was made, and a model's step is equal to itself: as long as anything holds the old function,
    the new one finds the old code. So the model gets, and keeps, a step of its own.

    Args:
        model: Any model. If it is not compiled, there is nothing to trace.
    """
    if not isinstance(model, keras.Model) or not model.compiled:
        return
    if keras.config.backend() == "jax":
        step: Any = model.train_step
        vars(model)["train_step"] = FreshStep(step.func if isinstance(step, FreshStep) else step)
    model.make_train_function(force=True)
