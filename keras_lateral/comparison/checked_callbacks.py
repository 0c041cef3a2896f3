"""The callbacks of a training: that they are some, and that one of them sets the learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.comparison.training import Task
from keras_lateral.keras_tools.learning_rate import (
    CosineLearningRate,
    has_plain_rate,
    setters_of_rate,
)
from keras_lateral.method import Method


def check_functions(task: Task) -> None:
    """Raises if what a comparison calls for each training is not a function.

    A model can be called too, so it is told apart from a function that returns one.

    Raises:
        ValueError: With what to pass instead.
    """
    build: Any = task.build_model
    if isinstance(build, keras.Model) or not callable(build):
        kind = "a model" if isinstance(build, keras.Model) else type(build).__name__
        raise ValueError(
            "Invalid value for argument `build_model`. Expected a function that returns a new "
            "compiled model, so that each training gets one of its own: `compare(build, ...)`, not "
            f"`compare(build(), ...)`. Received {kind}: build_model={build!r}"
        )
    for name, value in {"callbacks": task.callbacks, "augment": task.augment}.items():
        if value is not None and not callable(value):
            given = "a list of them" if isinstance(value, (list, tuple)) else type(value).__name__
            raise ValueError(
                f"Invalid value for argument `{name}`. {_EXPECTED[name]} Received {given}: "
                f"{name}={value!r}"
            )


_EXPECTED = {
    "callbacks": "Expected a function that returns a list of Keras callbacks, so that each "
    "training gets new ones, such as `lambda: [EarlyStopping()]`.",
    "augment": "Expected a function of a batch of images and a NumPy generator.",
}


def callbacks_of_all(task: Task) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that the trainings of every method have.

    Raises:
        ValueError: If the comparison's `callbacks` returns anything else.
    """
    checked_list(task.callbacks(), "The function given as `callbacks` must return")
    return task.all_callbacks()


def checked_callbacks(method: Method) -> list[keras.callbacks.Callback]:
    """Returns a method's own callbacks of one training.

    Raises:
        ValueError: If the method's `callbacks` returns anything else.
    """
    return checked_list(
        method.callbacks(), f"The `callbacks` of method {method.name!r} must return"
    )


def checked_list(found: Any, expected: str) -> list[keras.callbacks.Callback]:
    """Returns what is a list of Keras callbacks.

    Args:
        found: What is to be one.
        expected: The begin of the error otherwise: what must be a list.

    Raises:
        ValueError: If it is none.
    """
    several = isinstance(found, (list, tuple))
    if not several or not all(isinstance(item, keras.callbacks.Callback) for item in found):
        raise ValueError(f"{expected} a list of Keras callbacks. Received: {found!r}")
    return list(found)


def check_rate_is_set_once(
    model: keras.Model, callbacks: Sequence[keras.callbacks.Callback], whose: str
) -> None:
    """Raises if two callbacks set the learning rate, of which the cosine undoes the other's.

    Args:
        model: A compiled model.
        callbacks: The callbacks of its training.
        whose: Whose callbacks they are, the begin of a sentence.

    Raises:
        ValueError: If they do, or a callback sets the rate of an optimizer that has a schedule.
    """
    setters = setters_of_rate(callbacks)
    cosine = any(isinstance(callback, CosineLearningRate) for callback in callbacks)
    if setters and cosine:
        raise ValueError(
            f"{whose}: {setters[0]} sets the learning rate, which CosineLearningRate sets too, "
            "anew at the beginning of each epoch. Leave CosineLearningRate out."
        )
    if (setters or cosine) and not has_plain_rate(model.optimizer):
        raise ValueError(
            f"{whose}: {(*setters, CosineLearningRate.__name__)[0]} sets the learning rate, and "
            "the model is compiled with a schedule, or with several optimizers. Leave one of them "
            "out."
        )
