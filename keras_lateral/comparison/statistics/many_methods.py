"""p values adjusted for the number of methods compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def adjust_for_many(p: Sequence[float]) -> list[float]:
    """Returns p values that hold for all methods of a comparison together, after Holm.

        adjusted_(i) = max_{j <= i} min(1, (m - j + 1) p_(j)),    p_(1) <= ... <= p_(m)

    If seven methods that do nothing are compared with a baseline, and each one with p < 0.05 is
    called a gain, about every third comparison contains a false call. With adjusted values below
    0.05, at most one comparison in twenty does, however the methods are correlated.

    Args:
        p: p values, one for each method; NaN (a single pair) stays NaN and does not count.

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
    return [float(value) for value in adjusted]
