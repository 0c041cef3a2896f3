"""Initial kernels inside the frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import FixedArguments, KernelKind, Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry, PerAxis


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
    of neighbouring outputs do not overlap, so the operator W has Q for diagonal blocks,
    far from the borders of the map:

        W^T W = gain^2 I  where Q has orthonormal rows,   s^dim c <= o
        W W^T = gain^2 I  where Q has orthonormal columns,   s^dim c >= o

    with c inputs and o outputs per group. Pixels that no tap reaches, where the kernel is shorter
    than the stride, are left out of I.

    Args:
        shape: The kernel's shape, as Keras has it, of rank 2 (dense) to 5.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        gain: Ratio of an output's norm to its input's; A = B = gain^2.
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
    Q = _orthonormal_matrices(groups, math.prod(block) * inputs, outputs, seed, dtype)
    taps = ops.reshape(gain * Q, (groups, *block, inputs, outputs))
    before = [(axis.size - axis.reached) // 2 for axis in axes]
    around = [(b, axis.size - axis.reached - b) for b, axis in zip(before, axes, strict=True)]
    taps = ops.pad(taps, [(0, 0), *around, (0, 0), (0, 0)])
    return ops.cast(ops.reshape(ops.moveaxis(taps, 0, -2), shape), dtype)


def _orthonormal_matrices(groups: int, rows: int, columns: int, seed: Any, dtype: str) -> Tensor:
    """Returns random matrices, uniform among those with orthonormal columns or rows."""
    shape = (groups, max(rows, columns), min(rows, columns))
    wide = dtype if dtype == "float64" else "float32"
    Q, R = ops.qr(keras.random.normal(shape, seed=seed, dtype=wide))
    signs = ops.where(ops.diagonal(R, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    Q = Q * ops.cast(signs, wide)[:, None, :]  # otherwise Q is not uniform
    return ops.swapaxes(Q, -1, -2) if rows < columns else Q


@keras.saving.register_keras_serializable(package="keras_lateral")
class DeltaOrthogonal(FixedArguments, keras.initializers.Orthogonal):
    """Kernels of layers that start as a tight frame: A = B = gain^2.

    All singular values of the layer's matrix W are `gain`, far from the borders. A block of taps
    in the middle of the kernel, as long as the stride, holds a random matrix with orthonormal
    columns or rows, and the other taps are 0. With stride 1 that is the middle tap, or for an even
    size the one before the middle. With c inputs and o outputs per group

        W^T W = gain^2 I  if s^dim c <= o,        W W^T = gain^2 I  if s^dim c >= o

    With `padding="same"` this holds up to the borders of every map whose lengths are multiples of
    the stride, except for a kernel of even size with a dilation rate above 1: none of its taps is
    in the middle, so any single one shifts the map. What it shifts over the border is lost: there
    A = 0, for this and every other delta start, and only W^T W or W W^T of what remains is
    gain^2 I. A kernel shorter than the stride fills all its taps; the pixels that it skips are
    lost, so W^T W is gain^2 I on the others only. See `ops.delta_orthogonal`.

    Args:
        gain: Ratio of an output's norm to its input's, above 0.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution. For a depthwise or transposed
            layer it has to be given: the kernel looks like an ordinary one.
        strides: The layer's strides. With 1 for a layer with larger strides, the pixels in
            between are lost.
        groups: The layer's groups.
        seed: Int or `keras.random.SeedGenerator`. With an int or `None` the same shape gives the
            same values in every call, as with all initializers of Keras.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the shape does not fit.

    Example:

    >>> import keras
    >>> import numpy as np
    >>> from keras_lateral import DeltaOrthogonal
    >>> conv = keras.layers.Conv2D(16, 3, padding="same", kernel_initializer=DeltaOrthogonal())
    >>> x = np.random.default_rng(0).normal(size=(1, 8, 8, 4)).astype("float32")
    >>> y = keras.ops.convert_to_numpy(conv(x))
    >>> bool(np.isclose(np.linalg.norm(y), np.linalg.norm(x)))
    True

    Reference:

    - Xiao, L., Bahri, Y., Sohl-Dickstein, J., Schoenholz, S. S., Pennington, J. (2018). Dynamical
      isometry and a mean field theory of CNNs: how to train 10,000-layer vanilla convolutional
      neural networks. ICML.
    """

    geometry: KernelGeometry

    can_change = frozenset({"gain"})

    def __init__(
        self,
        gain: float = 1.0,
        kind: KernelKind | None = None,
        strides: PerAxis = 1,
        groups: int = 1,
        seed: Any = None,
    ) -> None:
        if not isinstance(gain, Real) or not 0 < float(gain) < float("inf"):
            raise ValueError(
                "Invalid value for argument `gain`. Expected a number above 0. "
                f"Received: gain={gain!r}"
            )
        super().__init__(gain=float(gain), seed=seed)
        self.geometry = KernelGeometry(kind, strides, groups=groups)
        self._is_made = True

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> Tensor:
        """Returns a kernel."""
        return delta_orthogonal(
            tuple(shape), self.geometry, gain=self.gain, seed=self.seed, dtype=dtype
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        own = {
            "kind": self.geometry.kind,
            "strides": self.geometry.strides,
            "groups": self.geometry.groups,
        }
        return {**own, **super().get_config()}
