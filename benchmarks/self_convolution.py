"""The usual way to a convolution's Gram matrix: the kernel convolved with itself."""

from __future__ import annotations

import keras
from keras import ops


def frame_penalty_by_self_convolution(
    kernel: keras.KerasTensor, lower: float, upper: float, stride: int = 1
) -> keras.KerasTensor:
    """Returns R(W) of a 2-D convolution, W W^T with fewer outputs than inputs, else W^T W.

    As the published code of orthogonal convolutions has it (Wang et al., 2020), with the padding
    that reaches all lags. W^T W is had for stride 1 only.
    """
    size, _, inputs, outputs = kernel.shape
    if outputs < stride**2 * inputs:
        maps, filters, reach = ops.transpose(kernel, (3, 0, 1, 2)), kernel, stride
    else:
        maps, filters, reach = ops.transpose(kernel, (2, 0, 1, 3)), _swapped(kernel), 1
    around = (size - 1) // reach * reach
    maps = ops.pad(maps, ((0, 0), (around, around), (around, around), (0, 0)))
    v = ops.conv(maps, filters, strides=reach, padding="valid")
    middle = v.shape[1] // 2
    diagonal = ops.diagonal(v[:, middle, middle, :])
    radius = ops.sum(ops.abs(v), (1, 2, 3)) - ops.abs(diagonal)
    below = ops.minimum(diagonal - lower - radius, 0)
    above = ops.minimum(upper - diagonal - radius, 0)
    return ops.mean(ops.square(below) + ops.square(above))


def _swapped(kernel: keras.KerasTensor) -> keras.KerasTensor:
    return ops.transpose(kernel, (0, 1, 3, 2))
