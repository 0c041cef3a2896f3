"""The squared singular values of a convolution whose map is closed to a ring along each axis.

With N outputs along an axis the operator is diagonal in the frequencies w = 2 pi j / N: its squared
singular values are the eigenvalues of V(w) = sum over lags of V[lag] exp(i w lag), Hermitian, at
all of them. Of W^T W and W W^T the smaller one is taken. V(-w) is the conjugate of V(w), so half of
the frequencies stand for all. Eigenvalues of V, computed in float64, are right to 1e-15 of the
largest one; zeros come out as numbers of this size, and none is below 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import product
from typing import Any

import numpy as np

from keras_lateral.frame.bounds.lag_gram import LagGram
from keras_lateral.frame.bounds.squared_singular_values import SquaredSingularValues, all_values
from keras_lateral.keras_tools.kernel_geometry import KernelAxis

CHUNK = 2**20
"""Number of entries of V(w) in memory at a time."""


def circular_values(
    gram: LagGram, axes: Sequence[KernelAxis], outputs: Sequence[int]
) -> SquaredSingularValues:
    """Returns the eigenvalues of V on a ring: all squared singular values, if V is the smaller one.

    Args:
        gram: V of the convolution, W^T W or W W^T.
        axes: The convolution's kernel along each axis.
        outputs: Its output positions along each axis; it has `stride` times as many inputs.
    """
    grid = [_frequencies(axis, length) for axis, length in zip(axes, outputs, strict=True)]
    j, counts = half_of_frequencies(grid)
    times = math.prod(outputs) // math.prod(grid)
    with _one_blas_thread():
        values = [_eigenvalues(gram, some, grid) for some in _chunks(gram, j, counts)]
    order = np.argsort(counts, kind="stable")
    return all_values(np.concatenate(values), times * counts[order][:, None, None])


def _one_blas_thread() -> Any:
    """Threads of the BLAS wait for each other most of the time with matrices as small as these."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1)


def _frequencies(axis: KernelAxis, length: int) -> int:
    """The different frequencies of an axis: one if no two taps meet.

    A dilation D that has no divisor in common with the stride turns w into D w, which goes round
    all frequencies if D has no divisor in common with their number N either, and otherwise round
    the same N / gcd(N, D) of them again and again.
    """
    dilation = axis.dilation * axis.step // axis.stride
    return 1 if axis.size <= axis.step else length // math.gcd(length, dilation)


def half_of_frequencies(grid: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Returns one j of each pair j, -j, int array (frequencies, axes), and the size of the pair."""
    j = np.array(list(product(*map(range, grid))), int)
    opposite = -j % np.array(grid, int)
    weights = np.cumprod([1, *grid[:0:-1]])[::-1][: len(grid)]
    mine, other = j @ weights, opposite @ weights
    return j[mine <= other], np.where(mine == other, 1, 2)[mine <= other]


def _chunks(gram: LagGram, j: np.ndarray, counts: np.ndarray) -> Iterator[np.ndarray]:
    """The frequencies that are their own opposites, whose V is real, and then the others."""
    for some in (j[counts == 1], j[counts == 2]):
        if len(some):
            chunks = -(-len(some) * gram.entries[0].size // CHUNK)
            yield from np.array_split(some, min(chunks, len(some)))


def _eigenvalues(gram: LagGram, j: np.ndarray, grid: Sequence[int]) -> np.ndarray:
    return np.maximum(np.linalg.eigvalsh(gram.at_frequencies(j, grid)), 0)
