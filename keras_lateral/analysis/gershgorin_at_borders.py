"""The lower Gershgorin bound with zeros around the map, where rows at the borders count too."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from keras_lateral.analysis.layer_operator import LayerOperator
from keras_lateral.ops.row_classes import border_classes
from keras_lateral.types import Side

MOST_NUMBERS = 2**27
"""Products of two taps in memory. For a larger kernel there is no such bound."""


def lower_at_borders(
    operator: LayerOperator, side: Side, lengths: Sequence[int]
) -> tuple[float, float]:
    """Returns the lower bound, plain and scaled, over all rows of V; NaN if it costs too much.

        M[class]_ij = 2 v_ij [i = j, lag 0] - sum over lags of |v_ij|
        plain:        min over classes and i of sum_j M[class]_ij = v_ii - r_i
        scaled:       lambda_min(M),  M_ij = min over classes of M[class]_ij and M[class]_ji

    M has its least eigenvalue at a vector q >= 0, and v_ii - sum over j != i of |v_ij| q_j / q_i
    is not below it in any row of any class. The same q for all classes need not be the best
    scaling, nor better than none, so the larger of both is returned.

    Args:
        operator: The convolution.
        side: Side of the convolution.
        lengths: Pixels of its input along each axis.
    """
    axes = zip(operator.axes, lengths, strict=True)
    classes = [border_classes(axis, side, length, operator.padding) for axis, length in axes]
    t = np.moveaxis(operator.taps, -2 if side == "columns" else -1, 1)
    if t.size * t.size // (len(t) * t.shape[-1] ** 2) > MOST_NUMBERS:
        return math.nan, math.nan
    plain, lowest = math.inf, np.array(math.inf)
    for one in _of_each_class(_pairs_of_taps(t), [along.by_lag() for along in classes]):
        plain = min(plain, float(one.sum(-1).min()))
        lowest = np.minimum(lowest, one)
    lowest = np.minimum(lowest, np.swapaxes(lowest, -1, -2))
    return plain, max(plain, float(np.linalg.eigvalsh(lowest)[:, 0].min()))


def _pairs_of_taps(t: np.ndarray) -> np.ndarray:
    """sum_m t[i, p, m] t[j, p', m], array (p_1, p'_1, p_2, p'_2, ..., groups, i, j)."""
    groups, n, *sizes, m = t.shape
    flat = t.reshape(groups, -1, m)
    products = (flat @ np.swapaxes(flat, 1, 2)).reshape(groups, n, *sizes, n, *sizes)
    axes = len(sizes)
    order = [axis for a in range(axes) for axis in (2 + a, 3 + axes + a)]
    return products.transpose(*order, 0, 1, 2 + axes)


def _of_each_class(pairs: np.ndarray, by_lag: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yields M of each class, arrays (groups, N, N); the lags gather in the last axis."""
    if by_lag:
        for chosen in by_lag[0].astype("float64"):
            sums = np.tensordot(pairs, chosen, ([0, 1], [1, 2]))
            yield from _of_each_class(sums, by_lag[1:])
        return
    groups, n = pairs.shape[:2]
    entries = pairs.reshape(groups, n, n, -1)
    at_zero = entries[..., entries.shape[-1] // 2]
    yield 2 * at_zero * np.eye(n) - np.abs(entries).sum(-1)
