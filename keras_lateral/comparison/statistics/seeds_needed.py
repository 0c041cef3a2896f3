"""How many seeds it takes to detect a difference of a given size."""

from __future__ import annotations

import numpy as np

from keras_lateral.comparison.statistics.paired_difference import scipy_stats

MOST = 100_000


def seeds_needed(
    deviation: float, effect: float, *, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Returns the smallest number of pairs with which a paired t test detects an effect.

        P(|T| > t_{n-1, 1-alpha/2}) >= power,   T ~ noncentral t, n-1, effect sqrt(n) / deviation

    Args:
        deviation: Standard deviation of the differences between the pairs.
        effect: The difference to detect, in the same unit.
        alpha: The level of the test, two-sided.
        power: The probability of detecting the effect if it exists.

    Returns:
        The number of pairs, at least 2; or `None` above 100,000.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> from keras_lateral import seeds_needed
    >>> seeds_needed(deviation=1.0, effect=0.5)
    34

    Reference:

    - Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences. Chapter 2.
    """
    if not (deviation >= 0 and effect > 0 and 0 < alpha < 1 and 0 < power < 1):
        raise ValueError(
            "Invalid value for arguments. Expected deviation >= 0, effect > 0, and alpha and "
            f"power between 0 and 1. Received: deviation={deviation}, effect={effect}, "
            f"alpha={alpha}, power={power}"
        )
    if deviation == 0:
        return 2
    low, high = 1, 2
    while _power(high, effect / deviation, alpha) < power:
        low, high = high, 2 * high
        if low > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        enough = _power(middle, effect / deviation, alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high if high <= MOST else None


def _power(n: int, size: float, alpha: float) -> float:
    """T^2 is noncentral F with 1 and n - 1 degrees of freedom, which covers both sides at once."""
    stats = scipy_stats()
    t = stats.t.ppf(1 - alpha / 2, n - 1)
    # SciPy 1.13 computes the right value, but warns of a division by 0.
    with np.errstate(divide="ignore"):
        return float(stats.ncf.sf(t**2, 1, n - 1, n * size**2))
