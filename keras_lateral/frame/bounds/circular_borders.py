"""The squared singular values of a convolution whose map is closed to a ring along each axis.

With D p = s a + r, output q reads by tap p the pixel a + q among those of phase r = D p mod s, so
with N outputs along an axis the operator is diagonal in frequencies w = 2 pi j / N:

    H(w)[o, (r, c)] = sum_{p: r(p) = r} th[p, c, o] exp(i w a(p))

and its singular values are those of all the matrices H(w).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.bounds.squared_singular_values import SquaredSingularValues, all_values
from keras_lateral.keras_tools.kernel_geometry import KernelAxis

CHUNK = 2**22
"""Number of entries of H(w) in memory at a time."""


def circular_values(operator: LayerOperator, outputs: Sequence[int]) -> SquaredSingularValues:
    """Returns all squared singular values.

    Args:
        operator: The convolution.
        outputs: Its output positions along each axis; it has `stride` times as many inputs.
    """
    # Where no two taps meet, frequencies turn the phases of H's columns and nothing else.
    grid = [
        1 if axis.size <= axis.step else length
        for axis, length in zip(operator.axes, outputs, strict=True)
    ]
    j, counts = half_of_frequencies(grid)
    times = math.prod(outputs) // math.prod(grid)
    values = [
        np.linalg.svd(h, compute_uv=False) ** 2 for h in symbols(operator, j, operator.axes, grid)
    ]
    return all_values(np.concatenate(values), times * counts[:, None, None])


def half_of_frequencies(grid: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Returns one j of each pair j, -j, int array (frequencies, axes), and the size of the pair."""
    j = np.array(list(product(*map(range, grid))), int)
    opposite = -j % np.array(grid, int)
    weights = np.cumprod([1, *grid[:0:-1]])[::-1][: len(grid)]
    mine, other = j @ weights, opposite @ weights
    return j[mine <= other], np.where(mine == other, 1, 2)[mine <= other]


def symbols(
    operator: LayerOperator, j: np.ndarray, axes: Sequence[KernelAxis], grid: Sequence[int]
) -> Iterator[np.ndarray]:
    """Yields H(w), transposed, complex arrays (some frequencies, groups, phases * inputs, outputs).

    Args:
        operator: The convolution.
        j: Int array (frequencies, axes), w = 2 pi j / grid.
        axes: The axes' strides and dilations.
        grid: N of each axis.
    """
    groups, c, o = operator.groups, operator.inputs, operator.outputs
    th = operator.taps.reshape(groups, -1, c * o)
    of_phase, turns = _phases_and_turns(axes)
    chunks = math.ceil(len(j) * groups * len(of_phase) * c * o / CHUNK)
    for some in np.array_split(j, min(chunks, len(j))):
        w = 2 * np.pi * some / np.array(grid)
        e = np.exp(1j * (w @ turns.T))  # (frequencies, taps)
        h = [np.tensordot(e[:, taps], th[:, taps], (1, 1)) for taps in of_phase]
        yield np.stack(h, 2).reshape(len(some), groups, len(of_phase) * c, o)


def _phases_and_turns(axes: Sequence[KernelAxis]) -> tuple[list[np.ndarray], np.ndarray]:
    """The taps of each phase that some tap has, and a(p), int array (taps, axes)."""
    positions = [axis.dilation * np.arange(axis.size) for axis in axes]
    p = np.array(list(product(*positions)), int)
    a, r = np.divmod(p, np.array([axis.stride for axis in axes], int))
    _, phase = np.unique(r, axis=0, return_inverse=True) if len(axes) else (0, np.zeros(1, int))
    phase = phase.reshape(-1)
    return [np.flatnonzero(phase == number) for number in range(phase.max() + 1)], a
