"""Bounds of a convolution's squared singular values by the row sums of V = W^T W or W W^T."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from keras_lateral.frame.bounds.circular_borders import half_of_frequencies, symbols
from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.gram.row_classes import border_classes
from keras_lateral.keras_tools.arguments import Side
from keras_lateral.keras_tools.kernel_geometry import KernelAxis

MOST_NUMBERS = 2**27
"""Products of two taps in memory. Kernels that need more get no bound at the borders."""


def lower_at_borders(
    operator: LayerOperator, side: Side, lengths: Sequence[int]
) -> tuple[float, float]:
    """Returns the lower bound, plain and scaled, over all rows of V; NaN if it costs too much.

        M[class]_ij = 2 v_ij [i = j, lag 0] - sum over lags of |v_ij|
        plain:        min over classes and i of sum_j M[class]_ij = v_ii - r_i
        scaled:       lambda_min(M),  M_ij = min over classes of M[class]_ij and M[class]_ji

    M has its least eigenvalue at a vector q >= 0, and v_ii - sum over j != i of |v_ij| q_j / q_i
    is not below it in any row of any class. The same q for all classes need not be the best
    scaling, nor better than none, so the larger of the two bounds is returned.

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
    for M in _comparison_matrices(_pairs_of_taps(t), [along.by_lag() for along in classes]):
        plain = min(plain, float(M.sum(-1).min()))
        lowest = np.minimum(lowest, M)
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


def _comparison_matrices(pairs: np.ndarray, by_lag: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yields M of each class, arrays (groups, N, N); the lags gather in the last axis."""
    if by_lag:
        for chosen in by_lag[0].astype("float64"):
            sums = np.tensordot(pairs, chosen, ([0, 1], [1, 2]))
            yield from _comparison_matrices(sums, by_lag[1:])
        return
    groups, n = pairs.shape[:2]
    entries = pairs.reshape(groups, n, n, -1)
    at_zero = entries[..., entries.shape[-1] // 2]
    yield 2 * at_zero * np.eye(n) - np.abs(entries).sum(-1)


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
    too, since that operator is a part of the operator on an infinite map.

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
    dilation, so each axis is as with stride `step` and no dilation.
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
