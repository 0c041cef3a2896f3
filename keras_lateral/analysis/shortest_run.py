"""Where most of a profile lies."""

from __future__ import annotations

import math

import numpy as np

MASS = 0.9545
"""What a normal distribution holds within two standard deviations: Luo et al.'s share."""

Interval = tuple[int, int]
"""First and last pixel along one axis."""


def shortest_run(values: np.ndarray, mass: float = MASS) -> Interval:
    """Returns the first and last index of the shortest run that holds a share of the sum.

    Of several, it is the one whose middle is next to the middle of the mass.

    Args:
        values: Array of shape `(n,)`, not negative, not all 0.
        mass: The share, above 0 and not above 1.

    Raises:
        ValueError: If `mass` is no such share.

    Example:

    >>> shortest_run(np.array([1.0, 1, 5, 3, 0]), 0.8)
    (2, 3)
    """
    if not 0 < mass <= 1:
        raise ValueError(
            "Invalid value for argument `mass`. Expected a share above 0 and not above 1. "
            f"Received: mass={mass}"
        )
    sums = np.concatenate([[0.0], np.cumsum(values, dtype="float64")])
    # Rounding may not cost a pixel where a run holds exactly the share.
    wanted = mass * sums[-1] * (1 - 1e-12)
    firsts = np.arange(len(values))
    # Past the end of the shortest run from each first pixel; len(sums) where none is enough.
    ends = np.searchsorted(sums, sums[:-1] + wanted)
    lengths = np.where(ends < len(sums), ends - firsts, math.inf)
    candidates = np.flatnonzero(lengths == lengths.min())
    middle = float(np.average(firsts, weights=values))
    middles = (firsts + ends - 1)[candidates] / 2
    first = int(candidates[np.argmin(np.abs(middles - middle))])
    return first, int(ends[first]) - 1
