"""Every entry of V = W^T W or W W^T of a layer, without building W."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from keras import ops

from keras_lateral.frame.gram.problem import GramProblem
from keras_lateral.frame.gram.row_classes import RowClasses
from keras_lateral.keras_tools.arguments import Tensor


class GramEntries(NamedTuple):
    """The entries of V by class of rows and lag.

    Args:
        values: Tensor (groups, *classes, *lags, N, N): the entries of row i of a class in the
            columns j that lie `lag` taps further; the lags run from -(k - 1) to k - 1.
        counts: Int array (*classes,): number of pixels that a class stands for.
    """

    values: Tensor
    counts: np.ndarray


def gram_entries(problem: GramProblem, classes: list[RowClasses]) -> GramEntries:
    """Returns the entries for the given classes of rows along each axis.

    All pairs of taps are multiplied at once, G[p, p'] = sum_m t[p, m] t[p', m]. Axis by axis, those
    of a class and a lag are then added.
    """
    taps, axes = problem.taps, len(problem.axes)
    groups, n, m = int(taps.shape[0]), problem.size, int(taps.shape[-1])
    sizes = [int(size) for size in taps.shape[2:-1]]
    flat = ops.reshape(taps, (groups, -1, m))
    values = ops.matmul(flat, ops.transpose(flat, (0, 2, 1)))
    values = ops.reshape(values, (groups, n, *sizes, n, *sizes))
    # (p_1, p'_1, p_2, p'_2, ..., groups, n, n)
    pairs = [axis for a in range(axes) for axis in (2 + a, 3 + axes + a)]
    values = ops.transpose(values, (*pairs, 0, 1, 2 + axes))
    for along in classes:  # the pair leaves in front, class and lag arrive at the end
        sums = along.by_lag().astype(ops.dtype(values))
        values = ops.tensordot(values, ops.convert_to_tensor(sums), axes=([0, 1], [2, 3]))
    # (groups, n, n, class_1, lag_1, class_2, lag_2, ...)
    by_class = [3 + 2 * a for a in range(axes)]
    by_lag = [4 + 2 * a for a in range(axes)]
    values = ops.transpose(values, (0, *by_class, *by_lag, 1, 2))
    counts = np.ones((), int)
    for along in classes:
        counts = np.multiply.outer(counts, along.counts)
    return GramEntries(values, counts)
