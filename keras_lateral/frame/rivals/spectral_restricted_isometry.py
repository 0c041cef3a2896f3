"""The penalty on the direction that a kernel's filters stretch or shrink the most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from numbers import Integral
from types import MappingProxyType
from typing import Any, ClassVar

import keras
from keras import ops

from keras_lateral.frame.rivals.filter_penalty import FilterPenalty
from keras_lateral.frame.rivals.filters import filters, root
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry


def spectral_restricted_isometry(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    seed: Any = None,
    power_steps: int = 1,
    squared: bool = True,
) -> Tensor:
    """Returns an estimate, from below, of the squared spectral norm of W^T W - I.

        u = M v / |M v|,   v <- M u,   R = |v|^2      M = W^T W - I, v random, uniform in [0, 1)

    W has the filters for columns, see `filters`; with more filters than a filter has weights, M is
    W W^T - I. Groups are the diagonal blocks of one matrix. M is not built: two products with
    vectors take its place.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        seed: Int or `keras.random.SeedGenerator` for the first v.
        power_steps: Number of power steps, each computing u and v.
        squared: Whether R is the square or the norm itself.

    Returns:
        Scalar tensor, computed in float32 at least. The gradient goes through the
        power step too.

    Raises:
        ValueError: If the kernel does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> round(float(spectral_restricted_isometry(3 * ops.eye(4), seed=0)), 3)  # (3^2 - 1)^2
    64.0

    Reference:

    - Bansal, N., Chen, X., Wang, Z. (2018). Can we gain more from orthogonality regularizations in
      training deep networks? NeurIPS.
    """
    W = filters(kernel, geometry)
    if W.shape[-1] > W.shape[-2]:
        W = ops.swapaxes(W, -1, -2)
    turned = ops.swapaxes(W, -1, -2)
    v = keras.random.uniform((W.shape[0], W.shape[-1], 1), dtype=ops.dtype(W), seed=seed)
    for _ in range(power_steps):
        u = _direction(ops.matmul(turned, ops.matmul(W, v)) - v)
        v = ops.matmul(turned, ops.matmul(W, u)) - u
    square = ops.sum(ops.square(v))
    return square if squared else root(square)


def _direction(v: Tensor) -> Tensor:
    """Returns v / |v|, and 0 where v is 0, as it is where W is orthogonal."""
    length = root(ops.sum(ops.square(v)))
    return v / ops.where(length > 0, length, 1.0)


@keras.saving.register_keras_serializable(package="keras_lateral")
@dataclass(eq=False)
class SpectralRestrictedIsometry(FilterPenalty):
    """Keeps the filters near an isometry, in the worst direction (SRIP).

        R(W) = |M u|^2,   u = M v / |M v|      M = W^T W - I, W with the filters for columns

    with v uniform in [0, 1), drawn in each call: one power step, by which R approaches the squared
    spectral norm of M from below. With more filters than a filter has weights, M is W W^T - I. A
    filter holds the weights of an output, over all taps and inputs; for a transposed convolution,
    those of an input. Groups, and the channels of a depthwise convolution, are the diagonal blocks
    of one matrix. See `ops.spectral_restricted_isometry`.

    In the published training it grows weaker over the epochs. For that, pass
    `SpectralRestrictedIsometry.published_scale` to a `RegularizerSchedule`.

    Args:
        factor: Strength; can be set at any time (on JAX see `FrameRegularizer`), and a
            `RegularizerSchedule` scales it.
        power_steps: Number of power steps; the published code takes 1.
        squared: Whether R is the square, as in most of the published code, or the norm, as in the
            paper.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: Only 1: the penalty does not depend on the layer's strides, so leave them out.
            `attach_regularizer` takes layers with any strides.
        dilation_rate: Only 1, as for `strides`.
        groups: The layer's groups.
        seed: Seed of v and of the random numbers for `every`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the kernel does not fit.

    Example:

    >>> import keras
    >>> from keras_lateral import SpectralRestrictedIsometry
    >>> regularizer = SpectralRestrictedIsometry(factor=1.0)
    >>> round(float(regularizer(2 * keras.ops.eye(4))), 3)  # (2^2 - 1)^2
    9.0
    >>> dict(regularizer.published_scale)
    {0: 1.0, 20: 0.001, 50: 0.0001, 70: 1e-06, 120: 0.0}

    Reference:

    - Bansal, N., Chen, X., Wang, Z. (2018). Can we gain more from orthogonality regularizations in
      training deep networks? NeurIPS.
    """

    published_scale: ClassVar[Mapping[int, float]] = MappingProxyType(
        {0: 1.0, 20: 1e-3, 50: 1e-4, 70: 1e-6, 120: 0.0}
    )
    """The published multiples of the factor, by the epoch (counted from 0) from which they hold."""

    uses_random_numbers = True

    factor: float = 1e-2
    _: KW_ONLY
    power_steps: int = 1
    squared: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.power_steps, Integral) or self.power_steps < 1:
            raise ValueError(
                "Invalid value for argument `power_steps`. Expected 1 or more. "
                f"Received: power_steps={self.power_steps!r}"
            )
        self.power_steps = int(self.power_steps)
        super().__post_init__()

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R."""
        return spectral_restricted_isometry(
            kernel,
            self.geometry,
            seed=draw,
            power_steps=self.power_steps,
            squared=self.squared,
        )

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        return float(4 * self.power_steps * math.prod(shape))
