"""Which weights of some kernels are the smallest: magnitude pruning, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from keras_lateral.keras_tools.types import KernelKind

PruningScope = Literal["global", "layer"]
"""Whether weights compete with those of all layers or with those of their own."""

PruningStructure = Literal["filters"] | None
"""What is pruned: single weights, or the whole filters of a layer's output channels."""

HELD = -1.0
"""Below every magnitude: what was pruned once is pruned first."""


def unit_magnitudes(
    kernel: np.ndarray, mask: np.ndarray, kind: KernelKind, structure: PruningStructure
) -> np.ndarray:
    """Returns how large each unit of a kernel is, a unit being what is pruned or kept whole.

        |w_i|                                   of single weights
        ||w_f||_2 / sqrt(weights of f)          of the filter f

    The root of the filter's size makes filters of different layers comparable: at equal spread of
    their weights a filter of 512 x 3 x 3 has a larger norm than one of 3 x 3 x 3.

    Args:
        kernel: Array of the kernel's shape.
        mask: The same shape, false where a weight is held at zero already.
        kind: How its axes are to be read.
        structure: `"filters"`, or `None` for single weights.

    Returns:
        float64 array with as many axes as the kernel, of length 1 along those within a unit;
        `HELD` where all of a unit is held at zero.
    """
    within = () if structure is None else axes_within_filters(kernel.ndim, kind)
    size = np.sqrt(np.mean(np.square(kernel.astype("float64")), axis=within, keepdims=True))
    return np.where(mask.any(axis=within, keepdims=True), size, HELD)


def kept_units(
    magnitudes: Sequence[np.ndarray], sparsity: float, scope: PruningScope
) -> list[np.ndarray]:
    """Returns which units stay when the smallest ones go.

    Of n units, round(sparsity * n) go (half to even, as Python rounds), and all that are held
    already. Of equal ones those go first that come first: in the order of the layers, and within
    a layer in the order of the kernel's elements.

    Args:
        magnitudes: What `unit_magnitudes` returns, of each kernel.
        sparsity: The share to prune.
        scope: `"global"`: that share of all units; `"layer"`: of the units of each kernel.

    Returns:
        Boolean arrays of the same shapes, true where a unit stays.
    """
    if scope == "layer":
        return [_largest(one.ravel(), sparsity).reshape(one.shape) for one in magnitudes]
    kept = _largest(np.concatenate([one.ravel() for one in magnitudes]), sparsity)
    ends = np.cumsum([one.size for one in magnitudes])[:-1]
    parts = np.split(kept, ends)
    return [part.reshape(one.shape) for part, one in zip(parts, magnitudes, strict=True)]


def _largest(magnitudes: np.ndarray, sparsity: float) -> np.ndarray:
    count = max(round(sparsity * len(magnitudes)), int(np.sum(magnitudes == HELD)))
    kept = np.ones(len(magnitudes), bool)
    kept[np.argsort(magnitudes, kind="stable")[:count]] = False
    return kept


def axes_within_filters(ndim: int, kind: KernelKind) -> tuple[int, ...]:
    """Returns the axes of a kernel that run within a filter, which makes one output channel.

    Args:
        ndim: Number of the kernel's axes.
        kind: How they are to be read. A depthwise kernel has a filter for each input channel and
            multiple; a transposed one has its outputs before its inputs.
    """
    between = {"dense": (-1,), "convolution": (-1,), "transposed": (-2,), "depthwise": (-2, -1)}
    return tuple(axis for axis in range(ndim) if axis - ndim not in between[kind])
