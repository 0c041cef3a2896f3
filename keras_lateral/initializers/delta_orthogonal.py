"""A start inside the frame."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import keras

from keras_lateral.ops.delta_orthogonal import delta_orthogonal
from keras_lateral.ops.kernel_geometry import KernelGeometry, PerAxis
from keras_lateral.types import KernelKind, Tensor


@keras.saving.register_keras_serializable(package="keras_lateral")
class DeltaOrthogonal(keras.initializers.Orthogonal):
    """Kernels of layers that start as a tight frame: A = B = gain^2.

    All singular values of the layer's matrix W are `gain`, far from the borders. A block of taps
    in the middle of the kernel, as long as the stride, holds a random matrix with orthonormal
    columns or rows, and the other taps are 0. With stride 1 that is the middle tap, of an even
    size the one before the middle. With c inputs and o outputs per group

        W^T W = gain^2 I  if s^dim c <= o,        W W^T = gain^2 I  if s^dim c >= o

    `padding="same"` keeps this up to the borders of every map that is whole in strides. A kernel
    shorter than the stride fills all its taps; the pixels that it skips are lost, so W^T W is
    gain^2 I on the others alone. See `ops.delta_orthogonal`.

    Args:
        gain: What an input's length is multiplied by, above 0.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution. A depthwise or a transposed layer
            has to be named: its kernel looks like an ordinary one's.
        strides: The layer's strides. With 1 for a layer that has more, the pixels between are
            lost.
        groups: The layer's groups.
        seed: Int or `keras.random.SeedGenerator`. With an int or `None` the same shape gives the
            same values in every call, as of all initializers of Keras.

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
