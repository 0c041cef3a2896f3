"""Whether two ways of training are practically the same."""

from __future__ import annotations

import math

from keras_lateral.comparison.statistics.paired_difference import PairedDifference, scipy_stats


def equivalence_p(d: PairedDifference, effect: float) -> float:
    """Returns the p value of two one-sided tests that a difference is smaller than `effect`.

        p = max( P(T > (effect - mean) / error), P(T > (effect + mean) / error) ),   T ~ t_degrees

    It is small where the difference is known to lie within plus or minus `effect`: p <= 0.025
    exactly where the 95 % interval does. A large p value of the usual test is no such knowledge.

    Args:
        d: A difference.
        effect: The smallest difference of interest, above 0.

    Returns:
        The p value; NaN for a single pair.

    Example:

    >>> from keras_lateral import equivalence_p, paired_difference
    >>> d = paired_difference([0.50, 0.61, 0.55], [0.501, 0.609, 0.551])
    >>> equivalence_p(d, 0.01) < 0.025, equivalence_p(d, 0.001) < 0.025
    (True, False)

    Reference:

    - Schuirmann, D. J. (1987). A Comparison of the Two One-Sided Tests Procedure and the Power
      Approach for Assessing the Equivalence of Average Bioavailability.
    """
    if not effect > 0:
        raise ValueError(
            "Invalid value for argument `effect`. Expected a number above 0. "
            f"Received: effect={effect!r}"
        )
    room = effect - abs(d.mean)
    if math.isnan(d.error):
        return math.nan
    if not d.degrees or not d.error:
        return 0.5 if d.error else float(room <= 0)
    return float(scipy_stats().t.sf(room / d.error, d.degrees))


def is_within(d: PairedDifference, effect: float) -> bool:
    """Returns whether the interval lies within plus or minus `effect`."""
    return d.pairs > 1 and -effect <= d.low and d.high <= effect
