"""Bounds of a convolution's squared singular values by the row sums of V = W^T W or W W^T."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from keras_lateral.analysis.circular_borders import half_of_frequencies, symbols
from keras_lateral.analysis.layer_operator import LayerOperator
from keras_lateral.ops.kernel_geometry import KernelAxis
from keras_lateral.types import Side


class Certificate(NamedTuple):
    """Bounds that hold for each squared singular value on a side of W.

    Args:
        lower: min over rows of v_ii - r_i, r_i = sum over j != i of |v_ij|.
        upper: max over rows of v_ii + r_i.
        scaled_lower: The same for D^-1 V D with the best positive diagonal D.
        scaled_upper: The same with the best D for this end.
        diagonal: v_ii, array (groups, rows): the squared norm of each column of W, or of each row.
    """

    lower: float
    upper: float
    scaled_lower: float
    scaled_upper: float
    diagonal: np.ndarray


def gershgorin(operator: LayerOperator, side: Side) -> Certificate:
    """Returns the certificate for rows far from all borders.

    With N_ij = sum over lags of |v_ij|, i and j over channels and phases of the stride:

        v_ii + r_i = sum_j N_ij              v_ii - r_i = 2 v_ii - sum_j N_ij
        best upper: lambda_max(N)            best lower: lambda_min(2 diag(v) - N)

    For any x, |x^T V x| <= |x|^T |V| |x|, and |V| is block-circulant (or a part of such a matrix)
    with N at frequency 0, where by Perron and Frobenius its largest eigenvalue lies. So
    lambda_max(N) bounds V, and no scaling does better: min over q > 0 of max_i sum_j N_ij q_j / q_i
    is N's Perron root (Collatz and Wielandt). Likewise x^T V x >= |x|^T M |x| with
    m_ii = v_ii, m_ij = -|v_ij|, whose least eigenvalue lies at frequency 0 too, in
    2 diag(v) - N.

    The bounds hold on circular maps of any size. The upper ones hold with zeros around the map
    too, since that operator is a part of the one on an infinite map.

    Args:
        operator: The convolution.
        side: Side of the convolution: `"columns"` for W^T W, `"rows"` for W W^T.
    """
    v, sums = _diagonal_and_sums(operator, side)
    rows = sums.sum(-1)
    lowest = 2 * v[:, :, None] * np.eye(v.shape[1]) - sums
    return Certificate(
        lower=float((2 * v - rows).min()),
        upper=float(rows.max()),
        scaled_lower=float(np.linalg.eigvalsh(lowest)[:, 0].min()),
        scaled_upper=float(np.linalg.eigvalsh(sums)[:, -1].max()),
        diagonal=v,
    )


def _diagonal_and_sums(operator: LayerOperator, side: Side) -> tuple[np.ndarray, np.ndarray]:
    """v_ii (groups, rows) and N (groups, rows, rows), from V at each frequency.

    A dilation that has no divisor in common with the stride makes copies of the operator without
    it, so each axis is as with stride `step` and no dilation.
    """
    axes = [KernelAxis(axis.size, axis.step, 1) for axis in operator.axes]
    reach = [(axis.size - 1) // axis.stride for axis in axes]
    grid = [2 * a + 1 for a in reach]  # as many frequencies as lags: none falls onto another
    j, counts = half_of_frequencies(grid)
    h = np.concatenate(list(symbols(operator, j, axes, grid)))
    h = np.swapaxes(h, -1, -2) if side == "rows" else h
    by_frequency = np.conj(h) @ np.swapaxes(h, -1, -2)
    by_frequency *= (counts / np.prod(grid))[:, None, None, None]
    total = np.zeros(by_frequency.shape[1:])
    for lag, times in zip(*half_of_frequencies(grid), strict=True):
        turn = 2 * np.pi * (j @ (lag / np.array(grid)))
        entries = np.tensordot(np.exp(-1j * turn), by_frequency, 1).real
        if not lag.any():
            v = np.diagonal(entries, axis1=-2, axis2=-1)
        sizes = np.abs(entries)
        total += sizes if times == 1 else sizes + np.swapaxes(sizes, -1, -2)
    return v, total
