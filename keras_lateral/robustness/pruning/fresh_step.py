"""A training step that is traced anew."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras


class FreshStep(partial):  # type: ignore[type-arg]
    """A model's training step as a function that no compiled code is known for."""


def trace_anew(model: Any) -> None:
    """Makes a compiled model trace its training step again, with all that it has as constants.

    On JAX a new training function is not enough. Compiled code belongs to the step it was made
    from, and a model's step is equal to itself: as long as anything holds the old function, the
    new one finds the old code. So the model gets a step of its own, and keeps it.

    Args:
        model: Any model. One that is not compiled has nothing to trace.
    """
    if not isinstance(model, keras.Model) or not model.compiled:
        return
    if keras.config.backend() == "jax":
        step: Any = model.train_step
        vars(model)["train_step"] = FreshStep(step.func if isinstance(step, FreshStep) else step)
    model.make_train_function(force=True)
