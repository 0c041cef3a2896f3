"""A kernel whose operator is a tight frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_lateral.ops.kernel_geometry import KernelGeometry
from keras_lateral.types import Tensor


def delta_orthogonal(
    shape: Sequence[int],
    geometry: KernelGeometry | None = None,
    *,
    gain: float = 1.0,
    seed: Any = None,
    dtype: str | None = None,
) -> Tensor:
    """Returns a random kernel with all singular values of its operator equal to `gain`.

    A block of taps in the middle, as long as the stride (one tap for stride 1, all taps of a
    kernel that is shorter), holds a matrix Q of orthonormal columns or rows; all else is 0. Blocks
    of neighbouring outputs do not overlap, so the operator W has Q for diagonal blocks:

        W^T W = gain^2 I  where Q has orthonormal rows,   s^dim c <= o
        W W^T = gain^2 I  where Q has orthonormal columns,   s^dim c >= o

    with c inputs and o outputs per group. Pixels that no tap reaches, where the kernel is shorter
    than the stride, are left out of I.

    Args:
        shape: The kernel's shape, as Keras has it, of rank 2 (dense) to 5.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        gain: What an input's length is multiplied by; A = B = gain^2.
        seed: Int or `keras.random.SeedGenerator`.
        dtype: The kernel's dtype. Defaults to `keras.config.floatx()`.

    Returns:
        Tensor of `shape`.

    Raises:
        ValueError: If the shape does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> kernel = delta_orthogonal((3, 3, 4, 8), seed=0)
    >>> middle = kernel[1, 1]
    >>> bool(ops.max(ops.abs(ops.matmul(middle, ops.transpose(middle)) - ops.eye(4))) < 1e-5)
    True

    Reference:

    - Xiao, L., Bahri, Y., Sohl-Dickstein, J., Schoenholz, S. S., Pennington, J. (2018). Dynamical
      isometry and a mean field theory of CNNs: how to train 10,000-layer vanilla convolutional
      neural networks. ICML.
    """
    geometry = geometry or KernelGeometry()
    dtype = keras.backend.standardize_dtype(dtype)
    groups, inputs, outputs = geometry.channels(shape)
    axes = geometry.axes(shape)
    block = [axis.reached for axis in axes]
    Q = _orthonormal(groups, math.prod(block) * inputs, outputs, seed, dtype)
    taps = ops.reshape(gain * Q, (groups, *block, inputs, outputs))
    before = [(axis.size - axis.reached) // 2 for axis in axes]
    around = [(b, axis.size - axis.reached - b) for b, axis in zip(before, axes, strict=True)]
    taps = ops.pad(taps, [(0, 0), *around, (0, 0), (0, 0)])
    return ops.cast(ops.reshape(ops.moveaxis(taps, 0, -2), shape), dtype)


def _orthonormal(groups: int, rows: int, columns: int, seed: Any, dtype: str) -> Tensor:
    """Returns random matrices, uniform among those with orthonormal columns, or else rows."""
    shape = (groups, max(rows, columns), min(rows, columns))
    wide = dtype if dtype == "float64" else "float32"
    Q, R = ops.qr(keras.random.normal(shape, seed=seed, dtype=wide))
    signs = ops.where(ops.diagonal(R, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    Q = Q * ops.cast(signs, wide)[:, None, :]  # else Q is not uniform
    return ops.swapaxes(Q, -1, -2) if rows < columns else Q
