"""What it would take to settle a difference: more seeds, or more images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from keras_lateral.comparison.statistics.paired_difference import PairedDifference, scipy_stats

MOST_SEEDS = 1000
"""Up to this number of seeds, advice names one: more are not trained by anybody."""

MOST_IMAGES = 10_000_000


@dataclass(frozen=True)
class Advice:
    """What it would take to settle a difference.

    Args:
        seeds: The smallest number of seeds in all that would do; `None` if no number can, or more
            than 1,000.
        images: The smallest number of images (or units) in all that would do with the present
            number of seeds, or the one that was given; `None` if no number can, or if images were
            not taken as a sample. Of test images where there is one test set, of all images where
            there are folds.
        floor: Half the width of the interval that remains with any number of seeds.
        half_width: Half the width of the present interval.
        wanted: Half the width that would do.

    Example:

    >>> from keras_lateral import more_needed, paired_difference
    >>> more_needed(paired_difference([0.50, 0.61, 0.55], [0.53, 0.60, 0.55]), 0.01).seeds
    36
    """

    seeds: int | None
    images: int | None
    floor: float
    half_width: float
    wanted: float


def more_needed(
    d: PairedDifference,
    effect: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    seeds: int | None = None,
) -> Advice:
    """Returns how many seeds or images would settle whether a difference is as large as `effect`.

        error^2(S, N) = image^2 / N + seed^2 / S + residual^2 / (N S)
        (t_{1 - alpha/2} + t_power) error(S, N) <= effect

    Then a true difference of `effect` is seen with this power, and half the interval is about 0.7
    of `effect`. For folds, an image is tested S / folds times, and trainings that share images
    leave the share 1 / (folds - 1) of seed^2 whatever their number.

    The deviations are estimates: from five seeds, that of the seeds may as well be half as large
    or three times as large. Advice is an order of magnitude and is asked for again later.

    Args:
        d: The difference as far as it is known, of two pairs or more.
        effect: The smallest difference of interest, above 0.
        alpha: Level of the test, two-sided. Divide it by the number of methods that are compared.
        power: The probability of seeing a difference of this size if it exists.
        seeds: The number of seeds that `Advice.images` goes with. Defaults to the present one.

    Returns:
        An `Advice`.

    Raises:
        ValueError: If there is only one pair, or a number is out of its range.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import crossed_difference
    >>> image = np.random.default_rng(0).normal(0.0, 0.2, 80)
    >>> noise = np.random.default_rng(1).normal(0.0, 0.2, (5, 80))
    >>> advice = more_needed(crossed_difference(image + noise), effect=0.02)
    >>> advice.seeds is None, advice.images > 80  # more seeds cannot, more images can
    (True, True)
    """
    if d.pairs < 2 or not (effect > 0 and 0 < alpha < 1 and 0 < power < 1):
        raise ValueError(
            "Invalid value for arguments. Expected a difference of two pairs or more, effect > 0, "
            "and alpha and power between 0 and 1. "
            f"Received: {d.pairs} pairs, effect={effect}, alpha={alpha}, power={power}"
        )
    plan = _Plan(d, alpha, power)

    def settles(seeds: float, images: float) -> bool:
        return plan.least_effect(seeds, images) <= effect

    now, with_seeds = max(d.images, 1), seeds or d.pairs
    images = _smallest(lambda N: settles(with_seeds, N), 2, MOST_IMAGES) if d.images else None
    return Advice(
        seeds=_smallest(lambda S: settles(S, now), 2, MOST_SEEDS),
        images=images,
        floor=plan.half_width(math.inf, now),
        half_width=plan.half_width(d.pairs, now),
        wanted=plan.wanted(effect),
    )


def predicted_half_width(
    d: PairedDifference, *, seeds: float | None = None, images: float | None = None
) -> float:
    """Returns half the width that the interval would have with other numbers of seeds and images.

    Args:
        d: The difference as far as it is known, of two pairs or more.
        seeds: Number of seeds in all; `math.inf` for as many as one likes. Defaults to the present.
        images: Number of images (or units) in all. Defaults to the present.

    Example:

    >>> from keras_lateral import paired_difference
    >>> d = paired_difference([0.50, 0.61, 0.55], [0.53, 0.60, 0.55])
    >>> round(predicted_half_width(d), 4) == round((d.high - d.low) / 2, 4)
    True
    """
    plan = _Plan(d, 1 - d.confidence, 0.8)
    return plan.half_width(seeds or d.pairs, images or max(d.images, 1))


@dataclass(frozen=True)
class _Plan:
    """Standard errors with other numbers of seeds S and images N."""

    d: PairedDifference
    alpha: float
    power: float

    def variances(self, S: float, N: float) -> tuple[float, float]:
        """Returns the parts of the variance of the mean that seeds and that images leave."""
        d = self.d
        of_seed, of_image, rest = (
            x**2 for x in (d.seed_deviation, d.image_deviation, d.residual_deviation)
        )
        folds = d.folds or 1
        tested = N * min(S / folds, 1.0)
        shared = of_seed / (folds - 1) if folds > 1 else 0.0
        return of_seed / S, of_image / tested + rest * folds / (N * S) + shared

    def error(self, S: float, N: float) -> float:
        """Returns the standard error, which is the present one for the present numbers."""
        now = math.sqrt(sum(self.variances(self.d.pairs, max(self.d.images, 1))))
        then = math.sqrt(sum(self.variances(S, N)))
        return self.d.error if now == 0 else self.d.error * then / now

    def degrees(self, S: float, N: float) -> float:
        seeds, images = self.variances(S, N)
        if not self.d.images:
            return max(S - 1, 1)
        total = (seeds + images) ** 2
        parts = seeds**2 / max(S - 1, 1) + images**2 / max(N - 1, 1)
        return min(total / parts, 1e9) if parts else 1e9

    def t(self, probability: float, S: float, N: float) -> float:
        return float(scipy_stats().t.ppf(probability, self.degrees(S, N)))

    def half_width(self, S: float, N: float) -> float:
        confidence = self.d.confidence
        now = (self.d.pairs, max(self.d.images, 1))
        if now == (S, N):
            t = float(scipy_stats().t.ppf(0.5 + confidence / 2, self.d.degrees))
            return t * self.d.error
        return self.t(0.5 + confidence / 2, S, N) * self.error(S, N)

    def least_effect(self, S: float, N: float) -> float:
        """Returns the smallest effect that is seen with the power."""
        both = self.t(1 - self.alpha / 2, S, N) + self.t(self.power, S, N)
        return both * self.error(S, N)

    def wanted(self, effect: float) -> float:
        """Returns half the width of an interval that sees an effect with the power."""
        normal = scipy_stats().norm
        seen = normal.ppf(1 - self.alpha / 2) + normal.ppf(self.power)
        return float(effect * normal.ppf(0.5 + self.d.confidence / 2) / seen)


def _smallest(enough: Callable[[int], bool], least: int, most: int) -> int | None:
    """Returns the smallest number from `least` to `most` that is enough, by halving."""
    if not enough(most):
        return None
    low, high = least - 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
