"""The difference between two ways of training, paired by seed, and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from keras_lateral.comparison.statistics.nothing_differs import unseen_in_pairs
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
        deviation: Standard deviation of the differences on these test images; NaN for a single
            pair.
        better: Number of differences above 0.
        p: p value of the t test, two-sided; NaN for a single pair.
        confidence: Confidence level of the interval.
        images: Number of test images, or of units of several images, that the interval takes as a
            sample, so that it holds for new ones; 0 if it holds for these test images only.
        error: Standard error of the mean; NaN for a single pair.
        degrees: Degrees of freedom of the interval, a fraction where variances were added.
        these_images: The interval that holds for new seeds and these test images only, where
            `low` and `high` are for new images; otherwise `None`.
        seed_deviation: Standard deviation of the true difference from one pair of trainings to the
            next, without what a finite number of test images adds to it; `deviation` where that is
            not known.
        image_deviation: Standard deviation of the true difference from image to image, over
            all seeds.
        residual_deviation: Standard deviation of what is left: of one image with one seed.
        folds: Number of folds, if each seed was tested on one of them; 0 for one test set.
        too_wide: An interval that reaches as far as this to both sides of 0 says nothing: half of
            the largest difference that is possible.

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
    images: int = 0
    error: float = math.nan
    degrees: float = math.nan
    these_images: tuple[float, float] | None = None
    seed_deviation: float = math.nan
    image_deviation: float = 0.0
    residual_deviation: float = 0.0
    folds: int = 0
    too_wide: float = math.inf

    @property
    def all_equal(self) -> bool:
        """Whether the values of each pair are equal."""
        return self.mean == 0 and self.better == 0


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
            all equal by chance have no spread; it is taken to be at least one step. Where all of
            them are 0, the interval is that of `unseen_in_pairs`.
        largest: Largest difference that is possible: 1 between accuracies. Student's t knows no
            limit, so with few pairs its interval can go beyond; it ends here instead, which takes
            no possible value from it, so that it holds as often.

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
    check_confidence(confidence)
    mean, n, better = float(d.mean()), len(d), int((d > 0).sum())
    if n < 2:
        nan = float("nan")
        return PairedDifference(mean, nan, nan, n, nan, better, nan, confidence)
    # Rounding makes differences that should be equal differ slightly.
    s = max(float(d.std(ddof=1)), resolution, 1e-12 * float(np.abs(d).max()))
    error, degrees = s / math.sqrt(n), float(n - 1)
    if not d.any():
        degrees = math.inf  # the interval follows from no estimate of a deviation
        half_width = resolution * unseen_in_pairs(n, confidence)
        error = error_of_interval(half_width, degrees, confidence)
    low, high = student_interval(mean, error, degrees, confidence, largest)
    p = student_p(mean, error, degrees)
    return PairedDifference(
        *(mean, low, high, n, s, better, p, confidence),
        error=error,
        degrees=degrees,
        seed_deviation=s,
        too_wide=largest / 2,
    )


def no_difference(d: PairedDifference) -> PairedDifference:
    """Returns the difference of trainings that are known to be the same: 0, and no interval around.

    Equal accuracies may be so by chance, for which an interval allows. Trainings that end with the
    same weights are not. A single pair stays as it is.

    Args:
        d: A difference of two pairs or more.

    Example:

    >>> from keras_lateral.comparison.statistics.paired_difference import (
    ...     no_difference, paired_difference
    ... )
    >>> d = no_difference(paired_difference([0.5, 0.6], [0.5, 0.6], resolution=0.01))
    >>> d.low, d.high, d.p
    (0.0, 0.0, 1.0)
    """
    if d.pairs < 2:
        return d
    names = ("mean", "low", "high", "deviation", "error", "seed_deviation", "image_deviation")
    nothing = dict.fromkeys((*names, "residual_deviation"), 0.0)
    these = None if d.these_images is None else (0.0, 0.0)
    return replace(d, **nothing, better=0, p=1.0, these_images=these)  # type: ignore[arg-type]


def student_interval(
    mean: float, error: float, degrees: float, confidence: float, largest: float = math.inf
) -> tuple[float, float]:
    """Returns mean +- t_degrees error, but nothing beyond what is possible."""
    margin = float(scipy_stats().t.ppf(0.5 + confidence / 2, degrees)) * error
    return max(mean - margin, -largest), min(mean + margin, largest)


def error_of_interval(half_width: float, degrees: float, confidence: float) -> float:
    """Returns the standard error with which Student's interval has this half width."""
    return half_width / float(scipy_stats().t.ppf(0.5 + confidence / 2, degrees))


def student_p(mean: float, error: float, degrees: float) -> float:
    """Returns the two-sided p value of mean = 0."""
    return 2 * float(scipy_stats().t.sf(abs(mean) / error, degrees)) if error > 0 else 1.0


def check_confidence(confidence: float) -> None:
    """Raises if a number is no level of confidence."""
    if not 0 < confidence < 1:
        raise ValueError(
            "Invalid value for argument `confidence`. Expected a number between 0 and 1. "
            f"Received: confidence={confidence!r}"
        )


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
