"""The penalty on filters that crowd on the sphere of directions."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.ops.filters import filters_shape
from keras_lateral.ops.hyperspherical_energy import (
    check_pairs,
    check_power,
    hyperspherical_energy,
)
from keras_lateral.ops.kernel_geometry import PerAxis
from keras_lateral.ops.stateless_seed import SeedAt
from keras_lateral.regularizers.penalty import Every, Penalty
from keras_lateral.types import KernelKind, Tensor


@keras.saving.register_keras_serializable(package="keras_lateral")
class MinimumHypersphericalEnergy(Penalty):
    """Spreads the directions of a layer's filters, as charges on a sphere spread (MHE).

    | power | energy of a pair | `angular` |
    |---|---|---|
    | 0 | -log(2 - 2 cos) | -log(a) |
    | 1 | (2 - 2 cos)^(-1/2) | 1 / a |
    | 2 | (2 - 2 cos)^(-1) | 1 / a^2 |

    R is the mean over the pairs of filters, a = arccos(cos) / pi. A filter is what an output weighs
    its inputs with, over all taps; of a transposed convolution, what an input paints. Pairs are
    those within a group; in a depthwise convolution, those of the outputs of one input. To squared
    lengths and to a 1e-4 is added, as in the published code, so filters that coincide have a finite
    energy. See `ops.hyperspherical_energy`.

    The lengths of the filters are left as they are, and so is the layer's operator: filters that
    are spread as far as they can be are no frame with given bounds.

    Args:
        factor: Strength; can be set at any time, and a `RegularizerSchedule` scales it. The
            published code has 1, for the angular energies with power 1 and 2 it has 0.1, and on the
            layer that gives the classes ten times as much.
        power: 0, 1 or 2.
        angular: Whether the distance is along the sphere.
        half_space: Whether each filter's opposite is there as well, so that opposite filters crowd
            like equal ones.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: The layer's strides, without influence here.
        dilation_rate: The layer's dilation rate, without influence here.
        groups: The layer's groups.
        seed: Seed of what is drawn with `every`.
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

    power: int
    angular: bool
    half_space: bool

    def __init__(
        self,
        factor: float = 1.0,
        *,
        power: int = 0,
        angular: bool = False,
        half_space: bool = False,
        every: Every = 1,
        kind: KernelKind | None = None,
        strides: PerAxis = 1,
        dilation_rate: PerAxis = 1,
        groups: int = 1,
        seed: int | None = None,
        beside: Any = None,
    ) -> None:
        check_power(power)
        self.power, self.angular, self.half_space = int(power), angular, half_space
        super().__init__(
            factor,
            every=every,
            kind=kind,
            strides=strides,
            dilation_rate=dilation_rate,
            groups=groups,
            seed=seed,
            beside=beside,
        )

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

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, with what was set later."""
        own = {"power": self.power, "angular": self.angular, "half_space": self.half_space}
        return {**own, **super().get_config()}
