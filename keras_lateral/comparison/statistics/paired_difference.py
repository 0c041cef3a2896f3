"""The difference between two ways of training, paired by seed, and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.extras import import_optional


@dataclass(frozen=True)
class PairedDifference:
    """The difference `values - baseline` over the seeds, in the unit of the values.

    Args:
        mean: Mean of the differences.
        low: Lower end of its confidence interval, by Student's t; NaN for a single pair.
        high: Upper end of the interval; NaN for a single pair. Neither end is beyond what is
            possible, such as 1 between accuracies.
        pairs: Number of pairs.
        deviation: Standard deviation of the differences; NaN for a single pair.
        better: Number of differences above 0.
        p: p value of the paired t test, two-sided; NaN for a single pair.
        confidence: Confidence level of the interval.

    Example:

    >>> from keras_lateral import paired_difference
    >>> d = paired_difference([0.5, 0.6], [0.6, 0.6])
    >>> d.pairs, d.better, round(d.mean, 3)
    (2, 1, 0.05)
    """

    mean: float
    low: float
    high: float
    pairs: int
    deviation: float
    better: int
    p: float
    confidence: float = 0.95


def paired_difference(
    baseline: Sequence[float],
    values: Sequence[float],
    *,
    confidence: float = 0.95,
    resolution: float = 0.0,
    largest: float = math.inf,
) -> PairedDifference:
    """Compares two ways of training by their results with the same seeds.

        d_i = values_i - baseline_i,   mean(d) +- t_{n-1} s(d) / sqrt(n)

    The seeds are shared, so the effects of initial weights and images that both share cancel.

    Args:
        baseline: Results of one way, one for each seed.
        values: Results of the other, with the same seeds in the same order.
        confidence: Confidence level of the interval, between 0 and 1.
        resolution: Smallest step of the values: 1 / images for an accuracy. Differences that are
            all equal by chance have no spread; it is taken to be at least one step.
        largest: Largest difference that is possible: 1 between accuracies. Student's t knows no
            limit, so with few pairs its interval can go beyond; it ends here instead, which takes
            no possible value from it.

    Returns:
        A `PairedDifference`.

    Raises:
        ValueError: If the lengths differ, there are no values, or one is not finite.
        ImportError: If SciPy is missing. The message names the extra.

    Example:

    >>> from keras_lateral import paired_difference
    >>> d = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
    >>> round(d.mean, 4), round(d.low, 4), round(d.high, 4), d.better
    (0.03, 0.0052, 0.0548, 3)

    Reference:

    - Student (1908). The Probable Error of a Mean. Biometrika 6.
    """
    d = _differences(baseline, values)
    if not 0 < confidence < 1:
        raise ValueError(
            "Invalid value for argument `confidence`. Expected a number between 0 and 1. "
            f"Received: confidence={confidence!r}"
        )
    mean, n, better = float(d.mean()), len(d), int((d > 0).sum())
    if n < 2:
        nan = float("nan")
        return PairedDifference(mean, nan, nan, n, nan, better, nan, confidence)
    stats = scipy_stats()
    # Rounding makes differences that should be equal differ slightly.
    s = max(float(d.std(ddof=1)), resolution, 1e-12 * float(np.abs(d).max()))
    error = s / math.sqrt(n)
    margin = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, n - 1)) if error > 0 else 1.0
    low, high = max(mean - margin, -largest), min(mean + margin, largest)
    return PairedDifference(mean, low, high, n, s, better, p, confidence)


def scipy_stats() -> Any:
    """Returns `scipy.stats`."""
    return import_optional("scipy.stats", "scipy", "compare methods", "comparison")


def _differences(baseline: Sequence[float], values: Sequence[float]) -> np.ndarray:
    first, second = np.asarray(baseline, "float64"), np.asarray(values, "float64")
    if first.ndim != 1 or first.shape != second.shape or not len(first):
        raise ValueError(
            "Invalid value for arguments `baseline` and `values`. Expected as many values as the "
            "baseline has, one for each seed. "
            f"Received: shapes {first.shape} and {second.shape}"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError(
            "Invalid value for arguments `baseline` and `values`. Expected finite numbers. "
            f"Received: baseline={first.tolist()}, values={second.tolist()}"
        )
    return second - first
