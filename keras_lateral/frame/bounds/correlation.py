"""A convolution of float64 maps without stride, as few large matrix products, and its transpose."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np


def correlate(x: np.ndarray, th: np.ndarray) -> np.ndarray:
    """Returns y[q] = sum_a x[q + a] th[a], for each group.

    The taps of all axes but the first are read into one row, which copies a map as many times; the
    taps of the first axis read whole stretches of these rows, without a copy.

    Args:
        x: Array (groups, *lengths, inputs).
        th: Array (groups, *taps, inputs, outputs), of one axis or more.

    Returns:
        Array (groups, *positions, outputs), with `length - taps + 1` positions along each axis.
    """
    groups, first, *taps, _, o = th.shape
    positions = [n - k + 1 for n, k in zip(x.shape[1:-1], (first, *taps), strict=True)]
    rows = _rows_of_taps(x, taps)
    th = th.reshape(groups, first, -1, o)
    y: np.ndarray = np.zeros((groups, math.prod(positions), o))
    for a in range(first):
        stretch = rows[:, a : a + positions[0]]
        y += stretch.reshape(groups, len(y[0]), -1) @ th[:, a]
    return y.reshape(groups, *positions, o)


def _rows_of_taps(x: np.ndarray, taps: list[int]) -> np.ndarray:
    """x[h, q + a] as array (groups, lengths[0], *positions, *taps, c), h of the first axis."""
    axes = tuple(range(2, 2 + len(taps)))
    windows = np.lib.stride_tricks.sliding_window_view(x, taps, axes)
    return np.ascontiguousarray(np.moveaxis(windows, x.ndim - 1, -1))


def correlate_back(y: np.ndarray, th: np.ndarray) -> np.ndarray:
    """Returns x[u] = sum over q + a = u of y[q] th[a]^T, for each group: the transpose.

    Args:
        y: Array (groups, *positions, outputs).
        th: Array (groups, *taps, inputs, outputs), of one axis or more.

    Returns:
        Array (groups, *lengths, inputs), with `positions + taps - 1` pixels along each axis.
    """
    groups, first, *taps, c, o = th.shape
    positions = y.shape[1:-1]
    rows = np.zeros((groups, positions[0] + first - 1, *positions[1:], *taps, c))
    stretches = rows.reshape(*rows.shape[: len(positions) + 1], -1)
    flat, th = y.reshape(groups, -1, o), np.swapaxes(th.reshape(groups, first, -1, o), 2, 3)
    for a in range(first):
        stretch = stretches[:, a : a + positions[0]]
        stretch += (flat @ th[:, a]).reshape(stretch.shape)
    return _sum_of_taps(rows, taps)


def _sum_of_taps(rows: np.ndarray, taps: list[int]) -> np.ndarray:
    """The transpose of `_rows_of_taps`."""
    groups, first, *positions = rows.shape[: len(taps) + 2]
    lengths = [n + k - 1 for n, k in zip(positions, taps, strict=True)]
    x = np.zeros((groups, first, *lengths, rows.shape[-1]))
    for a in product(*map(range, taps)):
        places = [slice(d, d + n) for d, n in zip(a, positions, strict=True)]
        of_tap: tuple[Any, ...] = (..., *a, slice(None))
        x[(slice(None), slice(None), *places)] += rows[of_tap]
    return x
