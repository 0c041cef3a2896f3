"""The check of a method's numbers."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

INFINITY = float("inf")


def check_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    low: float | None = None,
    high: float | None = None,
    below: float = INFINITY,
    whole: bool = False,
) -> None:
    """Raises if an argument is not a number within its range.

    Args:
        name: The argument's name.
        value: Its value.
        above: What it must exceed.
        low: The least that it may be.
        high: The most that it may be.
        below: What it must not reach.
        whole: Whether it must be a whole number.

    Raises:
        ValueError: If it is not.

    Example:

    >>> check_number("rate", 0.5, low=0, below=1)
    """
    number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    within = number and (
        (above is None or value > above)
        and (low is None or value >= low)
        and (high is None or value <= high)
        and value < below
    )
    if within:
        return
    limits = [
        *([f"above {above:g}"] if above is not None else []),
        *([f"of at least {low:g}"] if low is not None else []),
        *([f"of at most {high:g}"] if high is not None else []),
        *([f"below {below:g}"] if below < INFINITY else []),
    ]
    raise ValueError(
        f"Invalid value for argument `{name}`. Expected a {'whole ' if whole else ''}number "
        f"{' and '.join(limits)}. Received: {name}={value!r}"
    )
