"""Checks of arguments, with the same error messages everywhere."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any, get_args


def check_choice(name: str, value: object, choices: Any) -> None:
    """Raises if `value` is not one of the values of a `Literal`."""
    if value not in get_args(choices):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected one of {set(get_args(choices))}. "
            f"Received: {name}={value!r}"
        )


def check_sigma(sigma: Any) -> None:
    """Raises if `sigma` is not a number of pixels above 0."""
    if not isinstance(sigma, Real) or not 0 < float(sigma) < math.inf:
        raise ValueError(
            "Invalid value for argument `sigma`. Expected a number of pixels above 0. "
            f"Received: sigma={sigma}"
        )


def check_odd(name: str, size: object) -> None:
    """Raises if `size` is not an odd number of pixels."""
    if not isinstance(size, Integral) or size < 1 or size % 2 == 0:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected an odd number of pixels, so that the "
            f"kernel has a centre. Received: {name}={size!r}"
        )


def is_positive(value: Any) -> bool:
    """Returns whether `value` is an integer above 0, and not a bool."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) > 0
