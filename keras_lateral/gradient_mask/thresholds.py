"""The level a response must reach for its position's gradient to pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor, ThresholdMode

ROUNDING = 4 * float(np.finfo("float32").eps)
"""Relative error that a product such as 0.1 * 30 may have and still count as whole."""


def threshold_level(
    magnitude: Tensor, threshold: Any, mode: ThresholdMode, axes: tuple[int, ...]
) -> Tensor:
    """Returns eps of eq. 2, one for every sample and feature set.

    Args:
        magnitude: |delta|, a float32 tensor.
        threshold: A number or a scalar tensor. For `"absolute"` the level itself; for `"mean"`
            and `"max"` a multiple of the mean or maximum of |delta| over the map; for
            `"quantile"` the share of positions below the level.
        mode: How to read `threshold`. All but `"absolute"` are scale-free: multiplying the loss
            multiplies the level by the same.
        axes: The spatial axes of `magnitude`.

    Returns:
        A tensor that broadcasts against `magnitude`; its spatial axes have length 1, or it is a
        scalar for `"absolute"`.

    Example:

    >>> magnitude = ops.reshape(ops.arange(5, dtype="float32"), (1, 5, 1))
    >>> float(threshold_level(magnitude, 0.5, "mean", (1,))[0, 0, 0])
    1.0
    """
    if mode == "absolute":
        return threshold
    if mode == "mean":
        return threshold * ops.mean(magnitude, axis=axes, keepdims=True)
    if mode == "max":
        return threshold * ops.max(magnitude, axis=axes, keepdims=True)
    return _quantile(magnitude, threshold, axes)


def below(level: Tensor, rounding: Tensor) -> Tensor:
    """Returns the lowest response that is indistinguishable from `level`.

    Where all responses are equal, their mean may be rounded to either side of them, and a
    compiler may compute a response twice, differently. A response of 0 stays below every level
    that is not 0.

    Args:
        level: eps, 0 or above.
        rounding: The largest difference that is rounding, 0 or above.

    Returns:
        A tensor like `level`.

    Example:

    >>> [float(below(ops.array(level), ops.array(0.25))) for level in (1.0, 0.375, 0.125, 0.0)]
    [0.75, 0.25, 0.125, 0.0]
    """
    return ops.maximum(level - rounding, ops.minimum(level, rounding))


def _quantile(magnitude: Tensor, share: Any, axes: tuple[int, ...]) -> Tensor:
    """Returns a value that occurs in the map, so that no rounding can put it above itself."""
    shape = ops.shape(magnitude)
    lengths = [shape[axis] for axis in axes]
    positions: Any = math.prod(lengths[1:], start=lengths[0])
    # The spatial axes are adjacent in either data format.
    flat = ops.reshape(magnitude, (*shape[: axes[0]], positions, *shape[axes[-1] + 1 :]))
    ordered = ops.sort(flat, axis=axes[0])
    place = ops.cast(share, "float32") * ops.cast(positions - 1, "float32")
    place = ops.ceil(place * (1 - ROUNDING))
    level = ops.take(ordered, ops.cast(place, "int32"), axis=axes[0])
    return ops.reshape(level, [1 if axis in axes else n for axis, n in enumerate(shape)])
