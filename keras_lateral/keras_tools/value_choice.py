"""Hyperparameters in a short form: a number, a range, or a list."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

Range = tuple[float, float]


def choose(hp: Any, name: str, values: Any) -> Any:
    """Returns a value for a trial, and registers with `hp` what it is chosen from.

    Args:
        hp: `keras_tuner.HyperParameters`.
        name: The hyperparameter's name.
        values: A tuple `(low, high)` of positive numbers for the range between them, sampled
            on a logarithmic scale; a list to choose from; anything else is the value.

    Raises:
        ValueError: If a range is empty or not positive, or a list is empty.
    """
    if isinstance(values, tuple):
        low, high = check_range(name, values)
        return hp.Float(name, low, high, sampling="log")
    if isinstance(values, list):
        return _choose_from(hp, name, values)
    return values


def _choose_from(hp: Any, name: str, values: list[Any]) -> Any:
    """Returns one of `values`, chosen as text: keras-tuner needs one type, which is not None."""
    if not values:
        raise ValueError(f"Invalid value for `{name}`. Expected one value or more. Received: []")
    by_text = {str(value): value for value in values}
    return by_text[hp.Choice(name, list(by_text))]


def check_range(name: str, values: Any) -> Range:
    """Returns a range `(low, high)` of positive numbers, or raises."""
    ends = tuple(values) if isinstance(values, (tuple, list)) else ()
    numbers = all(isinstance(end, Real) and not isinstance(end, bool) for end in ends)
    if len(ends) == 2 and numbers and 0 < ends[0] < ends[1] < float("inf"):
        return float(ends[0]), float(ends[1])
    raise ValueError(
        f"Invalid value for argument `{name}`. Expected a range (low, high) of numbers above 0, "
        f"low below high. Received: {name}={values!r}"
    )


def split_arguments(
    arguments: Mapping[str, Any], space: Callable[..., Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the keyword arguments that a search space takes, and the others."""
    names = inspect.signature(space).parameters
    searched = {name: value for name, value in arguments.items() if name in names}
    return searched, {name: value for name, value in arguments.items() if name not in names}
