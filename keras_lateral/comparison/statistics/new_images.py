"""What the intervals for new images share: their checks, and what they keep of these images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keras_lateral.comparison.statistics.nothing_differs import unseen_on_new_images
from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    error_of_interval,
    paired_difference,
    student_interval,
    student_p,
)

ENOUGH = 5
"""From this number of seeds, what they and the images show together is enough for a call."""

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
    """Returns a difference with an interval for new images, and keeps the one for these.

    A p value is asked for far in the tail, where several methods are compared, and has to hold
    there: its degrees of freedom are those of `test_degrees`, and with few seeds they have to show
    the difference by themselves too.
    """
    these = (over_seeds.low, over_seeds.high)
    d = replace(over_seeds, error=error, degrees=degrees, these_images=these, **parts)
    if not degrees:
        return replace(d, low=-largest, high=largest, p=1.0)
    low, high = student_interval(d.mean, error, degrees, d.confidence, largest)
    p = student_p(d.mean, error, test_degrees(d))
    return replace(d, low=low, high=high, p=p if d.pairs >= ENOUGH else max(p, over_seeds.p))


def error_if_nothing_differs(whole: float, units: int, confidence: float) -> tuple[float, float]:
    """Returns standard error and degrees of freedom where no image differs in any pair.

    Nothing is left to estimate a variance from; how many images may differ all the same follows
    from how many were tested. `whole` is what the measure changes by if all of them do.
    """
    half_width = whole * unseen_on_new_images(units, confidence)
    return error_of_interval(half_width, units - 1, confidence), units - 1


def test_degrees(d: PairedDifference) -> float:
    """Returns the degrees of freedom with which a difference is tested.

        V^2 / (V^2 / (N - 1) + V_s^2 / (S - 1)),    V = error^2,   V_s = deviation^2 / S + ...

    These are Satterthwaite's where V_i is taken to be V, its upper limit, and the seeds always
    count; so they are no more than `d.degrees`. For folds, V_s includes what shared images leave.
    """
    if not d.images or not d.error:
        return d.degrees
    shared = d.seed_deviation**2 / (d.folds - 1) if d.folds > 1 else 0.0
    V, V_s = d.error**2, d.deviation**2 / d.pairs + shared
    of_images = V**2 / max(d.images - 1, 1)
    return min(V**2 / (of_images + min(V_s, V) ** 2 / (d.pairs - 1)), d.degrees)


def root(variance: float) -> float:
    """Returns the deviation of an estimated variance, which can be below 0."""
    return math.sqrt(max(float(variance), 0.0))
