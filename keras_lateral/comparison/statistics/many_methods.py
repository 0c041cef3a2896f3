"""What is left of a small p value after many looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def adjust_for_many(p: Sequence[float]) -> list[float]:
    """Returns p values that hold for all methods of a comparison together, after Holm.

        adjusted_(i) = max_{j <= i} min(1, (m - j + 1) p_(j)),    p_(1) <= ... <= p_(m)

    Whoever compares seven methods with a baseline and calls each one that has p < 0.05 a gain
    is wrong in every third such comparison of methods that do nothing. With adjusted values
    below 0.05, at least one false call occurs in at most one comparison of twenty, whatever the
    methods have in common.

    Args:
        p: One for each method; NaN (a single pair) stays NaN and does not count.

    Returns:
        The adjusted values, in the order of `p`.

    Example:

    >>> from keras_lateral import adjust_for_many
    >>> adjust_for_many([0.01, 0.02, 0.6])
    [0.03, 0.04, 0.6]

    Reference:

    - Holm, S. (1979). A Simple Sequentially Rejective Multiple Test Procedure.
    """
    values = np.asarray(p, "float64")
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    m = len(order)
    steps = values[order] * (m - np.arange(m))
    adjusted = values.copy()
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps)) if m else steps
    return [float(one) for one in adjusted]
