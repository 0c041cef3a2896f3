"""Which weights of some kernels are the smallest: magnitude pruning, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from keras_lateral.keras_tools.arguments import KernelKind

PruningScope = Literal["global", "layer"]
"""Whether weights compete with those of all layers or only with those of their own layer."""

PruningStructure = Literal["filters"] | None
"""What is pruned: single weights, or the whole filters of a layer's output channels."""

HELD = -1.0
"""Below every magnitude: weights that are already pruned come first."""

SPARED = float("inf")
"""Above every magnitude: what has it is never pruned."""


def unit_magnitudes(
    kernel: np.ndarray, mask: np.ndarray, kind: KernelKind, structure: PruningStructure
) -> np.ndarray:
    """Returns the magnitude of each unit of a kernel, which is pruned or kept as a whole.

        |w_i|                                   for single weights
        ||w_f||_2 / sqrt(weights of f)          for the filter f

    The square root of the filter's size makes filters of different layers comparable: at equal
    spread of their weights a filter of 512 x 3 x 3 has a larger norm than one of 3 x 3 x 3.

    Args:
        kernel: Array of the kernel's shape.
        mask: Array of the same shape, false where a weight is already held at zero.
        kind: Kind of the kernel, which defines its axes.
        structure: `"filters"`, or `None` for single weights.

    Returns:
        float64 array with as many axes as the kernel, of length 1 along those within a unit;
        `HELD` where a whole unit is held at zero.
    """
    within = () if structure is None else axes_within_filters(kernel.ndim, kind)
    size = np.sqrt(np.mean(np.square(kernel.astype("float64")), axis=within, keepdims=True))
    return np.where(mask.any(axis=within, keepdims=True), size, HELD)


def sparing_the_largest(magnitudes: np.ndarray) -> np.ndarray:
    """Returns the magnitudes of a kernel's units, with `SPARED` for the largest.

    A kernel whose units are all held has none to spare. Of equal ones it is the last, which would
    be pruned last.
    """
    if magnitudes.max() == HELD:
        return magnitudes
    spared = magnitudes.copy()
    spared.ravel()[magnitudes.size - 1 - np.argmax(magnitudes.ravel()[::-1])] = SPARED
    return spared


def kept_units(
    magnitudes: Sequence[np.ndarray], sparsity: float, scope: PruningScope
) -> list[np.ndarray]:
    """Returns which units are kept when the smallest ones are pruned.

    Of n units, round(sparsity * n) are pruned (half to even, as Python rounds), or all but the
    `SPARED` ones if these are fewer, and all that are already held at zero. Ties are pruned in the
    order of the layers, and within a layer in the order of the kernel's elements.

    Args:
        magnitudes: The result of `unit_magnitudes` for each kernel.
        sparsity: The share to prune.
        scope: `"global"`: that share of all units; `"layer"`: of the units of each kernel.

    Returns:
        Boolean arrays of the same shapes, true where a unit is kept.
    """
    if scope == "layer":
        return [_largest(array.ravel(), sparsity).reshape(array.shape) for array in magnitudes]
    kept = _largest(np.concatenate([array.ravel() for array in magnitudes]), sparsity)
    ends = np.cumsum([array.size for array in magnitudes])[:-1]
    parts = np.split(kept, ends)
    return [part.reshape(array.shape) for part, array in zip(parts, magnitudes, strict=True)]


def _largest(magnitudes: np.ndarray, sparsity: float) -> np.ndarray:
    count = max(round(sparsity * len(magnitudes)), int(np.sum(magnitudes == HELD)))
    count = min(count, int(np.sum(magnitudes != SPARED)))
    if not count:
        return np.ones(len(magnitudes), bool)
    limit = np.partition(magnitudes, count - 1)[count - 1]  # the largest that is pruned
    kept: np.ndarray = magnitudes > limit
    equal = np.flatnonzero(magnitudes == limit)
    to_keep = len(magnitudes) - count - np.count_nonzero(kept)
    kept[equal[len(equal) - to_keep :]] = True
    return kept


def axes_within_filters(ndim: int, kind: KernelKind) -> tuple[int, ...]:
    """Returns the axes of a kernel that run within a filter, which makes one output channel.

    Args:
        ndim: Number of the kernel's axes.
        kind: Kind of the kernel. A depthwise kernel has a filter for each input channel and
            multiplier; a transposed one has its outputs before its inputs.
    """
    between = {"dense": (-1,), "convolution": (-1,), "transposed": (-2,), "depthwise": (-2, -1)}
    return tuple(axis for axis in range(ndim) if axis - ndim not in between[kind])
