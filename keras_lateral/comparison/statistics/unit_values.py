"""Test images as a sample of units: images of one patient or of one scene are drawn together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class UnitValues:
    """Values of units that are equally likely to be drawn, whatever their sizes.

    Args:
        values: Shape (seeds, units); the mean of a row is the seed's weighted mean over the images.
        scale: Shape (units,): what the square of a unit's deviation is multiplied by, because the
            means that deviations are taken from follow the units themselves.
        degrees: Degrees of freedom of a variance between units.
    """

    values: np.ndarray
    scale: np.ndarray
    degrees: float


def unit_values(
    d: np.ndarray,
    units: Sequence[int] | np.ndarray | None = None,
    weights: Sequence[float] | np.ndarray | None = None,
    strata: Sequence[int] | np.ndarray | None = None,
) -> UnitValues:
    """Returns the linearized values of units, so that units of any size form a balanced table.

        D[s, u] = m + U sum_{i in u} w_i (d[s, i] - m)
        sum_i w_i = 1,    m = mean_s sum_i w_i d[s, i]

    So the mean of D[s, .] is the seed's mean over the images, and the spread of D[., u] is that
    of a ratio estimator: a unit with many images moves the mean by more. Units of one image with
    equal weights are left as they are. Within strata, the stratum's own mean stands in place of
    the second m.

    Args:
        d: Values, shape (seeds, images).
        units: An integer for each image; images with the same one form a unit.
        weights: A weight for each image, such as 1 / (classes x images of its class).
        strata: An integer for each image, such as its class, if the share of each in the mean is
            fixed by the weights. A stratum of a single unit is compared with all images instead.
    """
    images = d.shape[1]
    w = np.full(images, 1 / images) if weights is None else np.asarray(weights, "float64")
    w = w / w.sum()
    unit = np.arange(images) if units is None else labels_from_zero(units)
    count = int(unit.max()) + 1
    stratum = np.zeros(images, int) if strata is None else _joined(labels_from_zero(strata), unit)
    share = np.bincount(stratum, w)
    present = np.array([len(np.unique(unit[stratum == c])) for c in range(len(share))])
    by_image = d.mean(axis=0)
    centers = np.bincount(stratum, w * by_image) / share
    m = float(w @ by_image)
    deviations = w * (d - centers[stratum])
    values = m + count * np.array([np.bincount(unit, row, minlength=count) for row in deviations])
    return UnitValues(values, *_scale_and_degrees(unit, w, present[stratum], len(share)))


def _scale_and_degrees(
    unit: np.ndarray, w: np.ndarray, present: np.ndarray, strata: int
) -> tuple[np.ndarray, float]:
    """Returns n / (n - 1) for the n units of a unit's stratum, and the degrees of freedom."""
    size = np.bincount(unit, w)
    count = len(size)
    factor = present / np.maximum(present - 1, 1) * ((count - 1) / count)
    scale = np.bincount(unit, w * factor) / size
    effective = (size**2).sum() ** 2 / (size**4).sum()  # as many units of one size
    return scale, max(float(effective) - strata, min(1.0, count - 1.0))


def _joined(stratum: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Returns strata in which those of a single unit are one; if only one is, all of them are."""
    sizes = np.array([len(np.unique(unit[stratum == c])) for c in range(stratum.max() + 1)])
    alone = sizes[stratum] < 2
    if not alone.any():
        return stratum
    joined = labels_from_zero(np.where(alone, -1, stratum))
    enough = len(np.unique(unit[alone])) > 1
    return joined if enough else np.zeros_like(stratum)


def labels_from_zero(labels: Any) -> np.ndarray:
    """Returns labels as 0, 1, 2, ..."""
    return np.unique(np.asarray(labels), return_inverse=True)[1].reshape(-1)
