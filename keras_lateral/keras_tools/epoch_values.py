"""Values that depend on the number of the epoch, and on nothing else.

A run that stops and resumes then has, in every epoch, the values of a run that never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Number = float | Callable[[int], float]
"""A number, or a function from the epoch, counted from 0, to a number."""

EpochRange = tuple[int, int | None]
"""First epoch, and the epoch before which it ends; `None`: to the last."""

Enabled = bool | Callable[[int], bool] | Sequence[EpochRange]


def number_of(value: Number) -> Callable[[int], float]:
    """Returns the function from the epoch to a number that `value` means."""
    if callable(value):
        return lambda epoch: float(value(epoch))
    return lambda epoch: float(value)


def enabled_of(value: Enabled) -> Callable[[int], bool]:
    """Returns the function from the epoch to on or off that `value` means.

    Args:
        value: A bool, a function of the epoch, or ranges `(first, end)` of epochs, `end` not
            included, in which it is on.

    Returns:
        A function from the epoch, counted from 0.

    Raises:
        ValueError: If a range is none, or is empty.

    Example:

    >>> on = enabled_of([(0, 2), (4, None)])
    >>> [on(epoch) for epoch in range(6)]
    [True, True, False, False, True, True]
    """
    if isinstance(value, bool):
        return lambda epoch: value
    if callable(value):
        return lambda epoch: bool(value(epoch))
    ranges = _checked(value)
    return lambda epoch: any(
        first <= epoch and (end is None or epoch < end) for first, end in ranges
    )


def warm_up(epoch: int, epochs: int) -> float:
    """Returns the share of its value that a quantity has while it grows from 0 over `epochs`.

    Example:

    >>> [warm_up(epoch, 4) for epoch in range(6)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    """
    return min(1.0, epoch / epochs) if epochs else 1.0


def _checked(value: Any) -> list[EpochRange]:
    try:
        ranges = [(first, end) for first, end in value]
        good = all(first >= 0 and (end is None or first < end) for first, end in ranges)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError(
            "Invalid value for argument `enabled`. Expected a bool, a function of the epoch, or "
            "ranges (first, end) of epochs counted from 0, with first < end and end=None for the "
            f"last epoch, such as [(0, 5), (10, None)]. Received: enabled={value!r}"
        )
    return ranges
