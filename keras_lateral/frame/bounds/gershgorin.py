"""Bounds of a convolution's squared singular values by the row sums of V = W^T W or W W^T."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from keras_lateral.frame.bounds.lag_gram import LagGram
from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.gram.row_classes import border_classes
from keras_lateral.keras_tools.arguments import Side

MOST_NUMBERS = 2**27
"""Products of two taps. Kernels that need more get no bound at the borders."""

CHUNK = 2**20
"""Number of these products in memory at a time."""


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
    by_lag = [along.by_lag().astype("float64") for along in classes]
    t = np.moveaxis(operator.taps, -2 if side == "columns" else -1, -2)
    if t.size * t.size // (len(t) * t.shape[-1] ** 2) > MOST_NUMBERS:
        return math.nan, math.nan
    n = t.shape[-2]
    plain, lowest = math.inf, np.full((len(t), n, n), math.inf)
    taps = math.prod(t.shape[1:-2])
    chunks = min(n, -(-n * n * len(t) * taps**2 // CHUNK))
    for rows in np.array_split(np.arange(n), chunks):
        for M in _comparison_rows(_pairs_of_taps(t, rows), by_lag, rows):
            plain = min(plain, float(M.sum(-1).min()))
            lowest[:, rows] = np.minimum(lowest[:, rows], M)
    lowest = np.minimum(lowest, np.swapaxes(lowest, -1, -2))
    return plain, max(plain, float(np.linalg.eigvalsh(lowest)[:, 0].min()))


def _pairs_of_taps(t: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """sum_m t[p, i, m] t[p', j, m], i in `rows`, array (1, p_1, p'_1, ..., groups, rows, n)."""
    t = np.moveaxis(t, 0, -3)
    axes = t.ndim - 3
    other = np.expand_dims(np.swapaxes(t, -1, -2), tuple(range(0, 2 * axes, 2)))
    return (np.expand_dims(t[..., rows, :], tuple(range(1, 2 * axes, 2))) @ other)[None]


def _comparison_rows(
    pairs: np.ndarray, by_lag: list[np.ndarray], rows: np.ndarray
) -> Iterator[np.ndarray]:
    """Yields these rows of M of each class, arrays (groups, rows, n).

    Args:
        pairs: Array (lags of the axes before, p, p', p and p' of the axes behind, groups, rows, n).
        by_lag: Of each axis from this one on, which pairs make up which lag.
        rows: Their places among all n.
    """
    if by_lag:
        lags, k, _, *rest = pairs.shape
        for chosen in by_lag[0]:
            sums = chosen.reshape(-1, k * k) @ pairs.reshape(lags, k * k, -1)
            yield from _comparison_rows(sums.reshape(-1, *rest), by_lag[1:], rows)
        return
    at_zero = pairs[len(pairs) // 2]
    M = -np.abs(pairs).sum(0)
    i = np.arange(len(rows))
    M[:, i, rows] += 2 * at_zero[:, i, rows]
    yield M


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


def gershgorin(gram: LagGram) -> Certificate:
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
        gram: V = W^T W or W W^T of a convolution.
    """
    v, sums = np.diagonal(gram.entries[0], axis1=-2, axis2=-1), gram.absolute_sums()
    rows = sums.sum(-1)
    lowest = 2 * v[:, :, None] * np.eye(v.shape[1]) - sums
    return Certificate(
        lower=float((2 * v - rows).min()),
        upper=float(rows.max()),
        scaled_lower=float(np.linalg.eigvalsh(lowest)[:, 0].min()),
        scaled_upper=float(np.linalg.eigvalsh(sums)[:, -1].max()),
        diagonal=v,
    )
