"""The difference between two ways of training whose seeds split the images anew, in folds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.comparison.statistics.crossed import FEW
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
from keras_lateral.comparison.statistics.unit_values import labels_from_zero


def folded_difference(
    d: Any,
    tested: Any,
    units: Labels = None,
    *,
    weights: Sequence[float] | np.ndarray | None = None,
    strata: Labels = None,
    training_images: float | None = None,
    confidence: float = 0.95,
    resolution: float = 0.0,
    largest: float = math.inf,
) -> PairedDifference:
    """Compares two ways of training whose seeds are each tested on one fold of the images.

        m = mean_s m_s,   m_s = mean of d over the fold of seed s
        V_i = U / (U - 1) sum_u (sum of (d - m) / (S n_s) over the tests of unit u)^2
        V_s = sum_s (m_s - m)^2 / (S (S - 1)),    V_r = mean_s W_s / S,   E = max(S (V_s - V_r), 0)
        Var(m) = max(V_i + E / S, V_s) + E n_test / n_train

    W_s is the variance that the n_s units of one fold leave in m_s, so E is what seeds differ by
    beyond it: by their trainings. Trainings share most of their images, so a part of E does not
    average out: Nadeau and Bengio's share n_test / n_train of it is added. They apply the share
    to the whole spread of the m_s, which counts the noise of the test images several times
    where every image is tested once.

    In simulations with 3 to 30 seeds and 80 to 1,000 images the interval held the true difference
    in 95 to 98 of 100 comparisons where sets of training images had no effect of their own, and
    where they had as much as the seeds in 91 to 98, but in 87 in the worst case: 30 seeds, 320
    images, an accuracy of 95 %. No spread between folds shows such an effect, since they share
    it. Nadeau and Bengio's own interval held it in 96 to 100 of 100 and was a third wider with 5
    seeds, and nearly twice as wide with 30.

    Args:
        d: Method minus baseline, shape (seeds, images). What was not tested is ignored.
        tested: Which images each seed was tested on, shape (seeds, images). Repetitions need not
            be complete.
        units: An integer for each image. Images with the same one are drawn together, and must
            be in the same fold.
        weights: A weight for each image, for measures such as balanced accuracy.
        strata: An integer for each image where the weights fix the share of each.
        training_images: How many images each network was trained on. Defaults to all that it was
            not tested on.
        confidence: Confidence level of the interval, between 0 and 1.
        resolution: Smallest step of the mean over all images: 1 / images for an accuracy. The
            standard error of one repetition is no smaller. Where nothing differs at all, the
            interval is that of `unseen_on_new_images`.
        largest: Largest difference that is possible, 1 between accuracies.

    Returns:
        A `PairedDifference` with `images` and `folds` above 0; `these_images` is Student's
        interval over the seeds.

    Raises:
        ValueError: If the arguments do not fit each other, or a seed was tested on no image.
        ImportError: If SciPy is missing. The message names the extra.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import folded_difference
    >>> generator = np.random.default_rng(0)
    >>> fold = generator.permutation(200) % 5
    >>> tested = np.arange(5)[:, None] == fold
    >>> right = generator.random((2, 5, 200)) < [[[0.8]], [[0.9]]]
    >>> d = folded_difference(1.0 * right[1] - right[0], tested, resolution=1 / 200, largest=1)
    >>> round(d.mean, 3), d.images, d.folds, d.low < 0.1 < d.high
    (0.08, 200, 5, True)

    Reference:

    - Nadeau, C., and Bengio, Y. (2003). Inference for the Generalization Error.
    """
    given = np.asarray(tested, bool)
    d = checked_values(
        np.where(given, d, 0.0) if given.shape == np.shape(d) else d,
        units=units,
        weights=weights,
        strata=strata,
    )
    check_confidence(confidence)
    table = _fold_table(d, given, units, weights, strata)
    count = float(given.sum(axis=1).mean())
    folds = max(round(d.shape[1] / count), 1)
    over_seeds = seeds_only(table.means[:, None], None, confidence, resolution * folds, largest)
    if len(d) < 2:
        return over_seeds
    share = count / (training_images or max(d.shape[1] - count, 1))
    step = max(resolution * folds / min(len(d), folds), 1e-12 * float(np.abs(d).max()))
    parts = _parts(table, folds)
    error, degrees = _error(table, parts, share, step, folds)
    if not d.any() and table.units > 1:
        whole = resolution * d.shape[1]
        error, degrees = error_if_nothing_differs(whole, table.units, confidence)
    return for_new_images(
        over_seeds, error, degrees, largest, images=table.units, folds=folds, **parts.deviations
    )


@dataclass(frozen=True)
class _FoldTable:
    """Means of folds, and what units add to them.

    Args:
        means: The m_s, shape (seeds,).
        sums: What each tested unit adds to m - m, shape (units,).
        noise: The W_s, shape (seeds,).
        units: Number of units that were tested.
        strata: Number of strata.
    """

    means: np.ndarray
    sums: np.ndarray
    noise: np.ndarray
    units: int
    strata: int


def _fold_table(
    d: np.ndarray, tested: np.ndarray, units: Labels, weights: Any, strata: Labels
) -> _FoldTable:
    _check_tested(d, tested)
    seeds, images = d.shape
    unit = np.arange(images) if units is None else labels_from_zero(units)
    stratum = np.zeros(images, int) if strata is None else labels_from_zero(strata)
    w = _fold_weights(tested, np.ones(images) if weights is None else weights, stratum)
    share = np.bincount(stratum, w.sum(axis=0))
    centers = np.bincount(stratum, (w * d).sum(axis=0)) / np.where(share > 0, share, 1)
    deviations = w * (d - centers[stratum])
    known = np.unique(unit[tested.any(axis=0)])
    sums = np.bincount(unit, deviations.sum(axis=0))[known] / seeds
    within = deviations - w * deviations.sum(axis=1, keepdims=True)
    noise = [_between_units(row, unit, here) for row, here in zip(within, tested, strict=True)]
    return _FoldTable((w * d).sum(axis=1), sums, np.array(noise), len(known), len(share))


def _fold_weights(tested: np.ndarray, weights: Any, stratum: np.ndarray) -> np.ndarray:
    """Returns the weights of each fold's images, with the same share of each stratum in all folds.

        w_si = W_c w_i / sum_{j in c, tested by s} w_j,    W_c = sum_{i in c} w_i

    So the weights of balanced accuracy make m_s that of the fold, however many images of a class
    it has. A stratum without an image in a fold is left out there.
    """
    w = np.where(tested, np.asarray(weights, "float64"), 0.0)
    in_stratum = stratum[:, None] == np.arange(stratum.max() + 1)
    present = w @ in_stratum
    shares = np.asarray(weights, "float64") @ in_stratum
    w = w * (shares / np.where(present > 0, present, 1.0))[:, stratum]
    normalized: np.ndarray = w / w.sum(axis=1, keepdims=True)
    return normalized


def _between_units(deviations: np.ndarray, unit: np.ndarray, tested: np.ndarray) -> float:
    """Returns the variance of a fold's mean that its units leave; 0 with a single unit."""
    count = len(np.unique(unit[tested]))
    squares = (np.bincount(unit, deviations) ** 2).sum()
    return float(squares * count / (count - 1)) if count > 1 else 0.0


@dataclass(frozen=True)
class _Parts:
    V_i: float
    V_s: float
    V_r: float
    E: float
    deviations: dict[str, float]


def _parts(table: _FoldTable, folds: int) -> _Parts:
    """Returns the variances of the mean, and the deviations of one seed, unit and test.

    How much of V_i is the units' own only repetitions show; before, half of it is taken to be.
    """
    S, U = len(table.means), table.units
    V_i = float((table.sums**2).sum()) * U / max(U - 1, 1)
    V_s = float(table.means.var(ddof=1)) / S
    V_r = float(table.noise.mean()) / S
    E = max(S * (V_s - V_r), 0.0)
    repeated = folds < S
    of_units = (V_i - V_r) / (1 - folds / S) if repeated else V_i / 2
    of_units = min(max(of_units, 0.0), V_i)
    of_tests = (V_r * max(S / folds, 1.0)) - of_units  # of all units, tested once
    deviations = {
        "seed_deviation": math.sqrt(E),
        "image_deviation": math.sqrt(of_units * U),
        "residual_deviation": root(of_tests * U),
    }
    return _Parts(V_i, V_s, V_r, E, deviations)


def _error(
    table: _FoldTable, parts: _Parts, share: float, step: float, folds: int
) -> tuple[float, float]:
    """Returns the standard error of the mean, and its degrees of freedom."""
    S, units = len(table.means), max(table.units - table.strata, 1)
    if table.units < 2:
        return math.inf, 0.0
    V = max(parts.V_i + parts.E / S, parts.V_s)
    least = step / math.sqrt(max(S / folds, 1.0)) if V else step
    if least >= math.sqrt(V):
        return least, S - 1
    of_seeds = parts.V_s**2 / (S - 1) if parts.E or S <= FEW else 0.0
    degrees = V**2 / (parts.V_i**2 / units + of_seeds)
    return math.sqrt(V + share * parts.E), degrees


def _check_tested(d: np.ndarray, tested: np.ndarray) -> None:
    if tested.shape != d.shape or not tested.any(axis=1).all():
        raise ValueError(
            "Invalid value for argument `tested`. Expected, for each seed and image, whether it "
            f"was tested, and an image or more for each seed. Received: shape {tested.shape} for "
            f"d of shape {d.shape}, with {int((~tested.any(axis=-1)).sum())} seeds without images"
        )
