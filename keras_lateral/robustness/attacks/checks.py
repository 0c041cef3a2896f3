"""Checks of arguments that several attacks share."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from keras_lateral.robustness.condition import ValueRange

Norm = Literal["linf", "l2"]
"""Norm of an attack's change: the largest change of a value, or the length of all changes."""


def checked_range(value_range: ValueRange) -> ValueRange:
    """Returns the range as two floats, or raises."""
    low, high = (float(value) for value in value_range)
    if not -np.inf < low < high < np.inf:
        raise ValueError(
            "Invalid value for argument `value_range`. Expected (low, high), two finite numbers "
            f"with low < high. Received: value_range={value_range!r}"
        )
    return low, high


def check_positive(**numbers: float) -> None:
    """Raises unless all numbers are finite and above 0."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not 0 < value < np.inf:
            raise _argument_error(name, "a number above 0", value)


def check_count(least: int = 1, **numbers: int) -> None:
    """Raises unless all numbers are integers of at least `least`."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise _argument_error(name, f"an integer of at least {least}", value)


def check_norm(norm: str) -> None:
    """Raises if the norm is unknown."""
    if norm not in get_args(Norm):
        raise _argument_error("norm", f"one of {set(get_args(Norm))}", norm)


def checked_images(x: Any, y: Any, value_range: ValueRange) -> tuple[np.ndarray, np.ndarray]:
    """Returns images as float32 and labels as int64, or raises if they are not valid."""
    low, high = checked_range(value_range)
    x, y = np.asarray(x, "float32"), np.asarray(y)
    if x.ndim != 4 or not len(x):
        expected = "one image or more, of shape (images, height, width, channels)"
        raise ValueError(
            f"Invalid value for argument `x`. Expected {expected}. Received: shape={x.shape}"
        )
    if not (x.min() >= np.float32(low) and x.max() <= np.float32(high)):  # also refuses NaN
        raise ValueError(
            f"Invalid value for argument `x`. Expected values within value_range={value_range}: "
            "the attack keeps its images there, and its epsilon is in these units. Received: "
            f"values from {x.min():g} to {x.max():g}"
        )
    y = y[:, 0] if y.shape == (len(x), 1) else y
    if y.shape != (len(x),) or not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        raise ValueError(
            f"Invalid value for argument `y`. Expected {len(x)} non-negative integers, one for "
            f"each image. Received: shape={y.shape}, dtype={y.dtype}"
        )
    return x, y.astype("int64")


def check_labels(y: np.ndarray, classes: int) -> None:
    """Raises if a label is not a class of the model."""
    if y.max() >= classes:
        raise ValueError(
            f"Invalid value for argument `y`. Expected labels below {classes}, the number of the "
            f"model's classes. Received: a label {y.max()}"
        )


def check_epsilon(epsilon: float, norm: Norm, x: np.ndarray, value_range: ValueRange) -> None:
    """Raises if epsilon is larger than the distance from one end of the range to the other."""
    low, high = checked_range(value_range)
    farthest = (high - low) * (1.0 if norm == "linf" else float(np.sqrt(x[0].size)))
    if epsilon > farthest * (1 + 1e-6):
        raise ValueError(
            f"Invalid value for argument `epsilon`. Expected at most {farthest:g}: epsilon is in "
            f"the units of value_range={value_range}. For values from 0 to 1, a change of 8 levels "
            f"of 255 is epsilon=8/255. Received: epsilon={epsilon:g}"
        )


def _argument_error(name: str, expected: str, value: Any) -> ValueError:
    return ValueError(
        f"Invalid value for argument `{name}`. Expected {expected}. Received: {name}={value!r}"
    )
