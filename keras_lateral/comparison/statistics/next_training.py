"""How likely the next training is to be better."""

from __future__ import annotations

import math

from keras_lateral.comparison.statistics.paired_difference import PairedDifference, scipy_stats


def probability_of_better(d: PairedDifference, *, higher_is_better: bool = True) -> float:
    """Returns how likely a new pair of trainings is to be better with the method than without.

        P(T < mean / sqrt(error^2 + seed_deviation^2)),   T ~ t_degrees

    This is about the true difference of one more pair, in the population that the interval is
    about, and not about the mean of many: a method that helps on average can still lose half of
    its single trainings.

    Args:
        d: A difference.
        higher_is_better: Whether a difference above 0 is better, as it is for an accuracy.

    Returns:
        The probability; NaN for a single pair.

    Example:

    >>> from keras_lateral import paired_difference, probability_of_better
    >>> d = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
    >>> round(probability_of_better(d), 2)
    0.94

    Reference:

    - Geisser, S. (1993). Predictive Inference.
    """
    if math.isnan(d.error):
        return math.nan
    if not d.degrees or not d.error:
        return 0.5 if d.error or not d.mean else float((d.mean > 0) == higher_is_better)
    t = d.mean / math.hypot(d.error, d.seed_deviation)
    return float(scipy_stats().t.cdf(t if higher_is_better else -t, d.degrees))
