"""Values that depend only on the number of the epoch, so that resumed runs equal straight ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Number = float | Callable[[int], float]
"""A number, or a function from the epoch, counted from 0, to a number."""

EpochRange = tuple[int, int | None]
"""The first epoch, and the end, which is not included; `None` for no end."""

Enabled = bool | Callable[[int], bool] | Sequence[EpochRange]


def number_by_epoch(value: Number) -> Callable[[int], float]:
    """Returns `value` as a function from the epoch to a number."""
    if callable(value):
        return lambda epoch: float(value(epoch))
    return lambda epoch: float(value)


def enabled_by_epoch(value: Enabled) -> Callable[[int], bool]:
    """Returns `value` as a function from the epoch to on or off.

    Args:
        value: A bool, a function of the epoch, or ranges `(first, end)` of epochs, `end` not
            included, in which it is on.

    Returns:
        A function from the epoch, counted from 0.

    Raises:
        ValueError: If a range is malformed or empty.

    Example:

    >>> on = enabled_by_epoch([(0, 2), (4, None)])
    >>> [on(epoch) for epoch in range(6)]
    [True, True, False, False, True, True]
    """
    if isinstance(value, (bool, np.bool_)):
        return lambda epoch: bool(value)
    if callable(value):
        return lambda epoch: bool(value(epoch))
    ranges = _checked_ranges(value)
    return lambda epoch: any(
        first <= epoch and (end is None or epoch < end) for first, end in ranges
    )


def warm_up(epoch: int, epochs: int) -> float:
    """Returns the share of its final value that a quantity has in a warm-up of `epochs` epochs.

    Example:

    >>> [warm_up(epoch, 4) for epoch in range(6)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    """
    return min(1.0, epoch / epochs) if epochs else 1.0


def _checked_ranges(value: Any) -> list[EpochRange]:
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
