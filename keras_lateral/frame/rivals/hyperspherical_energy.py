"""The penalty on filters that crowd on the sphere of directions."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.frame.rivals.filter_penalty import FilterPenalty
from keras_lateral.frame.rivals.filters import filters, filters_shape
from keras_lateral.frame.stateless_seed import SeedAt
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry

POWERS = (0, 1, 2)

_ADDED_TO_SQUARED_LENGTHS = 1e-4
_ADDED_TO_ANGLES = 1e-4
"""Both as in the published code, so that filters which coincide have a finite energy."""

_LARGEST_COSINE = 1 - 1e-6
"""Distinguishable from 1 in float32. Beyond it, where |w|^2 > 100, the energy is constant."""


def hyperspherical_energy(
    kernel: Tensor,
    geometry: KernelGeometry | None = None,
    *,
    power: int = 0,
    angular: bool = False,
    half_space: bool = False,
) -> Tensor:
    """Returns the mean energy of the pairs of filters, as if they were charges on a sphere.

    | power | f, of the distance d | `angular`, of the share a of half a turn |
    |---|---|---|
    | 0 | -log(d^2) | -log(a) |
    | 1 | 1 / d | 1 / a |
    | 2 | 1 / d^2 | 1 / a^2 |

        d^2 = 2 - 2 cos,   a = arccos(cos) / pi + 1e-4,
        cos = <w_i, w_j> / sqrt((|w_i|^2 + 1e-4) (|w_j|^2 + 1e-4))

    Pairs are within a group, i < j; see `filters` for what a filter is. Filters of different groups
    read different channels and are orthogonal anyway.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.
        power: Power of the inverse distance: 1, 2, or 0 for the logarithm.
        angular: Whether distances are measured along the sphere.
        half_space: Whether each filter's opposite takes part too, so that opposite filters repel
            each other like equal ones.

    Returns:
        Scalar tensor, computed in float32 at least. Where filters coincide or are
        opposite, it and its gradient are finite.

    Raises:
        ValueError: If the kernel does not fit the geometry, `power` is not one of these, or a
            group has only one filter.

    Example:

    >>> from keras import ops
    >>> opposite = ops.convert_to_tensor([[1.0, -1.0]])  # at distance 2
    >>> [round(float(hyperspherical_energy(opposite, power=s)), 3) for s in (0, 1, 2)]
    [-1.386, 0.5, 0.25]

    Reference:

    - Liu, W., Lin, R., Liu, Z., Liu, L., Yu, Z., Dai, B., Song, L. (2018). Learning towards minimum
      hyperspherical energy. NeurIPS.
    """
    check_power(power)
    W = filters(kernel, geometry)
    n = int(W.shape[-1])
    check_pairs(n, tuple(kernel.shape))
    cos = _cosines(W)
    total = ops.sum(_energies(cos, power, angular) * _pair_mask(n, ops.dtype(W)))
    count = n * (n - 1) / 2
    if half_space:  # pairs of two filters, of two opposites, of a filter and an opposite
        total = 2 * total + ops.sum(_energies(-cos, power, angular))
        count = n * (2 * n - 1)
    return total / (count * int(W.shape[0]))


def check_power(power: Any) -> None:
    """Raises if no energy has this power."""
    if power not in POWERS:
        raise ValueError(
            f"Invalid value for argument `power`. Expected one of {POWERS}. "
            f"Received: power={power!r}"
        )


def check_pairs(count: int, shape: tuple[int, ...], label: str | None = None) -> None:
    """Raises if a group of this many filters has no pair."""
    if count < 2:
        raise ValueError(
            f"A kernel of shape {shape}" + (f", of layer {label!r}," if label else "") + " has one "
            "filter in each group, so there is no pair of filters."
        )


def _cosines(W: Tensor) -> Tensor:
    """The cosine of every pair, (groups, n, n)."""
    squares = ops.sum(ops.square(W), axis=-2, keepdims=True)
    W = W / ops.sqrt(squares + _ADDED_TO_SQUARED_LENGTHS)
    cos = ops.matmul(ops.swapaxes(W, -1, -2), W)
    return ops.clip(cos, -_LARGEST_COSINE, _LARGEST_COSINE)


def _energies(cos: Tensor, power: int, angular: bool) -> Tensor:
    """The f of every pair."""
    if angular:
        a = ops.arccos(cos) / math.pi + _ADDED_TO_ANGLES
        return -ops.log(a) if power == 0 else ops.power(a, -float(power))
    square = 2 - 2 * cos
    return -ops.log(square) if power == 0 else ops.power(square, -power / 2)


def _pair_mask(n: int, dtype: str) -> Tensor:
    """1 where i < j."""
    return ops.convert_to_tensor(np.triu(np.ones((n, n)), 1).astype(dtype))


@keras.saving.register_keras_serializable(package="keras_lateral")
@dataclass(eq=False)
class MinimumHypersphericalEnergy(FilterPenalty):
    """Spreads the directions of a layer's filters like charges on a sphere (MHE).

    | power | energy of a pair | `angular` |
    |---|---|---|
    | 0 | -log(2 - 2 cos) | -log(a) |
    | 1 | (2 - 2 cos)^(-1/2) | 1 / a |
    | 2 | (2 - 2 cos)^(-1) | 1 / a^2 |

    R is the mean over the pairs of filters, a = arccos(cos) / pi. A filter holds the weights of an
    output, over all taps and inputs; for a transposed convolution, those of an input. Pairs are
    within a group; in a depthwise convolution, among the outputs of one input. 1e-4 is added to
    squared lengths and to a, as in the published code, so filters that coincide have a finite
    energy. See `ops.hyperspherical_energy`.

    The lengths of the filters are free, and so are the frame bounds of the layer: filters that are
    spread as far as possible need not be a frame with given bounds.

    Args:
        factor: Strength; can be set at any time (on JAX see `FrameRegularizer`), and a
            `RegularizerSchedule` scales it. The published code uses 1, or 0.1 for the angular
            energies with power 1 and 2, and ten times as much on the layer that outputs the
            classes.
        power: Power of the inverse distance: 1, 2, or 0 for the logarithm.
        angular: Whether distances are measured along the sphere.
        half_space: Whether each filter's opposite takes part too, so that opposite filters repel
            each other like equal ones.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: Only 1: the penalty does not depend on the layer's strides, so leave them out.
            `attach_regularizer` takes layers with any strides.
        dilation_rate: Only 1, as for `strides`.
        groups: The layer's groups.
        seed: Seed of the random numbers for `every`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the kernel does not fit
            or has one filter in each group.

    Example:

    >>> import keras
    >>> from keras_lateral import MinimumHypersphericalEnergy
    >>> regularizer = MinimumHypersphericalEnergy(power=1)
    >>> crowded, spread = keras.ops.ones((2, 2)), keras.ops.eye(2)
    >>> bool(regularizer(crowded) > regularizer(spread))
    True

    Reference:

    - Liu, W., Lin, R., Liu, Z., Liu, L., Yu, Z., Dai, B., Song, L. (2018). Learning towards minimum
      hyperspherical energy. NeurIPS.
    """

    factor: float = 1.0
    _: KW_ONLY
    power: int = 0
    angular: bool = False
    half_space: bool = False

    def __post_init__(self) -> None:
        check_power(self.power)
        self.power = int(self.power)
        super().__post_init__()

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R."""
        return hyperspherical_energy(
            kernel,
            self.geometry,
            power=self.power,
            angular=self.angular,
            half_space=self.half_space,
        )

    def check(self, shape: tuple[int, ...], label: str | None = None) -> None:
        """Raises if a kernel of this shape has no pair of filters."""
        super().check(shape, label)
        check_pairs(self.geometry.channels(shape)[2], shape, label)

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        groups, m, n = filters_shape(shape, self.geometry)
        return float(groups * m * n * n)
