"""What the intervals for new images share: their checks, and what they keep of these images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    paired_difference,
    student_interval,
    student_p,
)

Labels = Sequence[int] | np.ndarray | None


def checked_values(d: Any, **for_images: Any) -> np.ndarray:
    """Returns a table of seeds and images, or raises if what is given for images does not fit."""
    values = np.asarray(d, "float64")
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(
            "Invalid value for argument `d`. Expected finite differences of shape (seeds, images). "
            f"Received: shape {values.shape}, "
            f"{int((~np.isfinite(values)).sum())} of the values not finite"
        )
    for name, given in for_images.items():
        if given is not None and np.shape(given) != values.shape[1:]:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected one for each of "
                f"{values.shape[1]} images. Received: shape {np.shape(given)}"
            )
    weights = for_images.get("weights")
    if weights is not None and not (np.min(weights) > 0 and np.isfinite(weights).all()):
        raise ValueError(
            "Invalid value for argument `weights`. Expected finite numbers above 0. "
            f"Received: a smallest of {np.min(weights)}"
        )
    return values


def seeds_only(
    d: np.ndarray, weights: Any, confidence: float, resolution: float, largest: float
) -> PairedDifference:
    """Returns the difference whose interval is over the seeds alone, for these images."""
    means = [float(mean) for mean in np.average(d, axis=1, weights=weights)]
    return paired_difference(
        [0.0] * len(means),
        means,
        confidence=confidence,
        resolution=resolution,
        largest=largest,
    )


def for_new_images(
    over_seeds: PairedDifference, error: float, degrees: float, largest: float, **parts: Any
) -> PairedDifference:
    """Returns a difference with an interval for new images, and keeps the one for these."""
    low, high, p = -largest, largest, 1.0
    if degrees:
        low, high = student_interval(
            over_seeds.mean, error, degrees, over_seeds.confidence, largest
        )
        p = student_p(over_seeds.mean, error, degrees)
    these = (over_seeds.low, over_seeds.high)
    return replace(
        over_seeds,
        low=low,
        high=high,
        p=p,
        error=error,
        degrees=degrees,
        these_images=these,
        **parts,
    )


def root(variance: float) -> float:
    """Returns the deviation of an estimated variance, which can be below 0."""
    return math.sqrt(max(float(variance), 0.0))
