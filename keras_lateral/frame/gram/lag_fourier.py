"""The products of a kernel with itself at every lag, by a discrete Fourier transform.

A kernel has few taps, so the transform is a product with two small constant matrices, cosine and
sine: it needs no complex numbers, runs everywhere and costs little beside the products of channels.
"""

from __future__ import annotations

import math

import numpy as np
from keras import ops

from keras_lateral.frame.gram.lag_products import Lag, all_lags, half_of
from keras_lateral.frame.gram.problem import GramProblem
from keras_lateral.keras_tools.arguments import Side, Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelAxis


def polyphase(problem: GramProblem) -> tuple[Tensor, int]:
    """Returns taps (groups, N, *taps, m) as of a kernel with stride 1, and the phases in N."""
    taps, axes = problem.taps, problem.axes
    if all(axis.step == 1 for axis in axes):
        return taps, 1
    groups, n, m = int(taps.shape[0]), problem.size, int(taps.shape[-1])
    sizes = [-(-axis.size // axis.step) for axis in axes]
    # A kernel of fewer taps than a step has as many phases as taps, any other one per place.
    split = [(s, axis.reached) for s, axis in zip(sizes, axes, strict=True)]
    fill = [(0, s * phases - axis.size) for (s, phases), axis in zip(split, axes, strict=True)]
    taps = ops.pad(taps, [(0, 0), (0, 0), *fill, (0, 0)])
    taps = ops.reshape(taps, (groups, n, *(part for pair in split for part in pair), m))
    d = len(axes)
    inner, outer = [2 + 2 * a for a in range(d)], [3 + 2 * a for a in range(d)]
    phases = math.prod(axis.reached for axis in axes)
    if problem.side == "columns":
        taps = ops.transpose(taps, (0, *outer, 1, *inner, 2 + 2 * d))
        return ops.reshape(taps, (groups, phases * n, *sizes, m)), phases
    taps = ops.transpose(taps, (0, 1, *inner, *outer, 2 + 2 * d))
    return ops.reshape(taps, (groups, n, *sizes, phases * m)), 1


def fourier_products(problem: GramProblem, rows: Tensor | None = None) -> tuple[Tensor, list[Lag]]:
    """Returns V's entries far from the borders, lag by lag, between steps of the stride.

    The taps are first sorted by their place within a step (a polyphase kernel), after which the
    stride is 1: phases join the rows for W^T W, and the sum over m for W W^T.

        T_i(w) = sum_p t[i, p] exp(-2 pi sqrt(-1) w p / F),    F = 2 k - 1
        P[lag][i, j] = 1/F sum_w (sum_m conj(T_i) T_j)(w) exp(2 pi sqrt(-1) w lag / F)

    Args:
        problem: The kernel.
        rows: Int tensor, the rows i to compute, of each phase.

    Returns:
        Tensor (lags, groups, rows, N), rows and N with the phases in front of the channels, and
        the lags: zero and one of each pair `lag`, `-lag`, or all if `rows` are given.
    """
    taps, phases = polyphase(problem)
    sizes = [int(size) for size in taps.shape[2:-1]]
    frequencies = half_of(all_lags(sizes))  # the entries are real: the other half is conjugate
    groups, n, m = int(taps.shape[0]), int(taps.shape[1]), int(taps.shape[-1])
    flat = ops.transpose(ops.reshape(taps, (groups, n, -1, m)), (2, 0, 1, 3))
    if rows is None:
        return _entries_at_half_of_lags(flat, frequencies, sizes), frequencies
    lags = list(all_lags(sizes))
    rows = _rows_of_each_phase(rows, problem.size, phases)
    return _entries_of_rows(flat, rows, frequencies, lags, sizes), lags


def multiplications_by_fourier(
    groups: int, n: int, m: int, axes: list[KernelAxis], side: Side
) -> int:
    """Returns the number of multiplications in `fourier_products`."""
    phases = math.prod(axis.reached for axis in axes)
    sizes = [-(-axis.size // axis.step) for axis in axes]
    frequencies = (math.prod(2 * size - 1 for size in sizes) + 1) // 2
    N, M = (n * phases, m) if side == "columns" else (n, m * phases)
    forward = 3 * math.prod(sizes) * N * M
    inverse = 2 * frequencies * N * N
    return groups * frequencies * (forward + 2 * N * N * M + inverse)


def _entries_at_half_of_lags(flat: Tensor, frequencies: list[Lag], sizes: list[int]) -> Tensor:
    """All rows, from two products per frequency instead of three.

    With T = R - I sqrt(-1), P = (R + I)(R - I)' and Q = 2 I (2 I)' hold all that is needed:
    2 (R R' + I I') = P + P' + Q and 2 (I R' - R I') = P - P'.
    """
    cosine, sine = _angles(frequencies, list(np.ndindex(*sizes)), sizes)
    both, difference, imaginary = _products([cosine + sine, cosine - sine, 2 * sine], flat)
    cross, square = _outer(both, difference), _outer(imaginary, imaginary)
    transposed = ops.swapaxes(cross, -1, -2)
    cosine, sine = _inverse(frequencies, frequencies, sizes)
    even, odd = cross + transposed + square, cross - transposed
    return _to_entries(even, odd, (cosine / 2, sine / 2))


def _entries_of_rows(
    flat: Tensor, rows: Tensor, frequencies: list[Lag], lags: list[Lag], sizes: list[int]
) -> Tensor:
    """Some rows, at all lags: symmetry would give the entries of other rows."""
    real, imaginary = _products(list(_angles(frequencies, list(np.ndindex(*sizes)), sizes)), flat)
    r, i = (ops.take(x, rows, axis=2) for x in (real, imaginary))
    even = _outer(ops.concatenate([r, i], -1), ops.concatenate([real, imaginary], -1))
    odd = _outer(ops.concatenate([i, -r], -1), ops.concatenate([real, imaginary], -1))
    return _to_entries(even, odd, _inverse(frequencies, lags, sizes))


def _to_entries(even: Tensor, odd: Tensor, inverse: tuple[np.ndarray, np.ndarray]) -> Tensor:
    cosine, sine = inverse
    both = ops.concatenate([even, odd], 0)
    return _products([np.concatenate([cosine, -sine], 1)], both)[0]


def _angles(
    frequencies: list[Lag], points: list[Lag], sizes: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of 2 pi sum_a w_a x_a / F_a, shape (frequencies, points)."""
    periods = np.array([2 * size - 1 for size in sizes], float)
    angles = 2 * np.pi * (np.array(frequencies, float) / periods) @ np.array(points, float).T
    return np.cos(angles), np.sin(angles)


def _inverse(
    frequencies: list[Lag], lags: list[Lag], sizes: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine, shape (lags, frequencies), for all frequencies by half of them."""
    cosine, sine = _angles(lags, frequencies, sizes)
    weights = np.array([2.0 if any(w) else 1.0 for w in frequencies])
    weights /= np.prod([2 * size - 1 for size in sizes])
    return cosine * weights, sine * weights


def _products(matrices: list[np.ndarray], x: Tensor) -> list[Tensor]:
    """Each matrix times x along its first axis."""
    stacked = ops.convert_to_tensor(np.concatenate(matrices).astype(ops.dtype(x)))
    y = ops.matmul(stacked, ops.reshape(x, (x.shape[0], -1)))
    y = ops.reshape(y, (-1, *x.shape[1:]))
    return ops.split(y, len(matrices), axis=0) if len(matrices) > 1 else [y]


def _outer(x: Tensor, y: Tensor) -> Tensor:
    return ops.matmul(x, ops.swapaxes(y, -1, -2))


def _rows_of_each_phase(rows: Tensor, size: int, phases: int) -> Tensor:
    offsets = ops.cast(np.arange(phases) * size, ops.dtype(rows))
    return ops.reshape(offsets[:, None] + rows[None, :], (-1,))
