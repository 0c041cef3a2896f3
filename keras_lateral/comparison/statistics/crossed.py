"""The difference between two ways of training, for new seeds and new images together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.comparison.statistics.new_images import (
    Labels,
    checked_values,
    error_if_nothing_differs,
    for_new_images,
    root,
    seeds_only,
)
from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    check_confidence,
)
from keras_lateral.comparison.statistics.unit_values import UnitValues, unit_values

FEW = 2
"""Up to this number of seeds, a small spread between them is not taken as a proof that they differ
by the images' noise only: two seeds are close by chance too often."""


def crossed_difference(
    d: Any,
    units: Labels = None,
    *,
    weights: Sequence[float] | np.ndarray | None = None,
    strata: Labels = None,
    confidence: float = 0.95,
    resolution: float = 0.0,
    largest: float = math.inf,
) -> PairedDifference:
    """Compares two ways of training on one test set, for new seeds and new images.

        m = mean D
        MS_i = S sum_i (D[., i] - m)^2 / (N - 1),    MS_s = N sum_s (D[s, .] - m)^2 / (S - 1)
        MS_r = sum (D - D[., i] - D[s, .] + m)^2 / ((N - 1)(S - 1))
        Var(m) = max(MS_i + MS_s - MS_r, MS_i, MS_s) / (N S)

    Every seed is tested on the same images, so their effects are crossed. An interval over the
    seeds alone shrinks onto these images as seeds are added; this one does not fall below what
    the number of images leaves. Its degrees of freedom are Satterthwaite's, in which the seeds
    count where they spread by more than the images' noise explains, MS_s > MS_r: so the interval
    is as wide as it should be where seeds differ by little. In simulations it holds the true
    difference in 94 to 97 of 100 comparisons with 5 seeds and more, and in 92 to 97 with 3. The p
    value is stricter, so that it also holds for the best of several methods: there the seeds
    always count, and fewer than five of them have to show the difference by themselves.

    Args:
        d: Method minus baseline, shape (seeds, images): for an accuracy, right minus right, which
            is -1, 0 or 1; for a loss, the difference of the losses.
        units: An integer for each image. Images with the same one, of one patient for example, are
            drawn together. Defaults to each image by itself.
        weights: A weight for each image, for measures such as balanced accuracy. The mean is over
            all images alike by default.
        strata: An integer for each image, its class for example, where the weights fix the share
            of each: then differences between the classes are no sampling error.
        confidence: Confidence level of the interval, between 0 and 1.
        resolution: Smallest step of the mean: 1 / images for an accuracy. The standard error of
            one seed is no smaller. Where nothing differs at all, the interval is that of
            `unseen_on_new_images`.
        largest: Largest difference that is possible, 1 between accuracies.

    Returns:
        A `PairedDifference` with `images` above 0. With a single seed its interval is NaN, as that
        of `paired_difference`; with a single unit it holds everything that is possible.

    Raises:
        ValueError: If the values are not a table of finite numbers, or labels or weights do not
            fit them.
        ImportError: If SciPy is missing. The message names the extra.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import crossed_difference
    >>> generator = np.random.default_rng(0)
    >>> image = generator.normal(0.0, 0.2, 100)  # some images gain, others lose
    >>> few, many = (image + generator.normal(0.0, 0.1, (S, 100)) for S in (5, 500))
    >>> one, other = crossed_difference(few), crossed_difference(many)
    >>> bool(other.high - other.low > 0.07)  # 500 seeds cannot replace new images
    True
    >>> np.diff(other.these_images).round(3)  # but they say all about these
    array([0.002])

    Reference:

    - Brennan, R. L. (2001). Generalizability Theory.
    - Satterthwaite, F. E. (1946). An Approximate Distribution of Estimates of Variance Components.
    """
    d = checked_values(d, units=units, weights=weights, strata=strata)
    check_confidence(confidence)
    over_seeds = seeds_only(d, weights, confidence, resolution, largest)
    if len(d) < 2:
        return over_seeds
    two_way = _two_way(unit_values(d, units, weights, strata))
    # Rounding makes differences that should be equal differ slightly.
    step = max(resolution, 1e-12 * float(np.abs(d).max()))
    error, degrees = _error(two_way, step)
    if not d.any() and two_way.N > 1:
        whole = resolution * d.shape[1]
        error, degrees = error_if_nothing_differs(whole, two_way.N, confidence)
    return for_new_images(
        over_seeds,
        error,
        degrees,
        largest,
        images=two_way.N,
        seed_deviation=root((two_way.MS_s - two_way.MS_r) / two_way.N),
        image_deviation=root((two_way.MS_i - two_way.MS_r) / two_way.S),
        residual_deviation=root(two_way.MS_r),
    )


@dataclass(frozen=True)
class _TwoWay:
    """The mean squares of a table of seeds and units, and the degrees of freedom of two of them."""

    S: int
    N: int
    MS_i: float
    MS_s: float
    MS_r: float
    degrees_i: float


def _two_way(table: UnitValues) -> _TwoWay:
    D, scale = table.values, table.scale
    S, N = D.shape
    m, D_i, D_s = D.mean(), D.mean(axis=0), D.mean(axis=1)
    MS_s = N * ((D_s - m) ** 2).sum() / (S - 1)
    if N < 2:
        return _TwoWay(S, N, 0.0, float(MS_s), 0.0, 0.0)
    MS_i = S * (scale * (D_i - m) ** 2).sum() / (N - 1)
    MS_r = ((D - D_i - D_s[:, None] + m) ** 2).sum() / ((N - 1) * (S - 1))
    return _TwoWay(S, N, float(MS_i), float(MS_s), float(MS_r), table.degrees)


def _error(t: _TwoWay, step: float) -> tuple[float, float]:
    """Returns the standard error of the mean, and its degrees of freedom."""
    if t.N < 2:
        return math.inf, 0.0
    V = max(t.MS_i + t.MS_s - t.MS_r, t.MS_i, t.MS_s)
    error = math.sqrt(V / (t.N * t.S))
    least = step / math.sqrt(t.S) if V else step
    if error <= least:
        return least, t.S - 1
    of_images, of_seeds = t.MS_i**2 / t.degrees_i, t.MS_s**2 / (t.S - 1)
    if t.S > FEW:
        return error, V**2 / (of_images + (of_seeds if t.MS_s > t.MS_r else 0.0))
    return error, V**2 / (of_images + of_seeds + t.MS_r**2 / (t.degrees_i * (t.S - 1)))
