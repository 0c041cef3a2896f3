"""Which method computes V at the lowest cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from keras_lateral.frame.gram.lag_fourier import multiplications_by_fourier
from keras_lateral.frame.gram.lag_products import number_of_products, pairs_of_taps
from keras_lateral.keras_tools.arguments import GramMethod, Side
from keras_lateral.keras_tools.kernel_geometry import KernelAxis, KernelGeometry

# Milliseconds per million multiplications, per product or in all, on two CPU cores; only their
# ratios matter. Measured by benchmarks/frame_regularizer.py --parts methods.
_PER_MILLION = 0.2
_PER_MILLION_PAIRS = 0.27
_PER_PRODUCT = 0.3
_FOURIER = 0.13
_PAIRS = 0.1


class GramSize(NamedTuple):
    """What the cost of computing V depends on.

    Args:
        groups: Groups of channels.
        n: Rows of V per pixel and group.
        m: Number of channels that are summed for each pair of taps.
        axes: Size, stride and dilation of each spatial axis.
        side: Side of the convolution.
    """

    groups: int
    n: int
    m: int
    axes: list[KernelAxis]
    side: Side


def gram_size(shape: Sequence[int], geometry: KernelGeometry, side: Side | None) -> GramSize:
    """Returns the size of the problem for a kernel of this shape."""
    groups, inputs, outputs = geometry.channels(shape)
    side = geometry.sides(shape)[side or geometry.default_side(shape)].of_convolution
    n, m = (inputs, outputs) if side == "columns" else (outputs, inputs)
    return GramSize(groups, n, m, geometry.axes(shape), side)


def cheapest_method(size: GramSize) -> GramMethod:
    """Returns the method with the lowest estimated time for value and gradient.

    Example:

    >>> from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
    >>> small, large = (3, 3, 8, 8), (3, 3, 256, 256)
    >>> [cheapest_method(gram_size(shape, KernelGeometry(), None)) for shape in (small, large)]
    ['pairs', 'fourier']
    """
    if math.prod(axis.size for axis in size.axes) == 1:  # one product with any method
        return "shifts"
    count = _multiplications(size)
    estimates: dict[GramMethod, float] = {
        "shifts": _PER_MILLION * count["shifts"]
        + _PER_PRODUCT * number_of_products(size.axes, size.side),
        "fourier": _PER_MILLION * count["fourier"] + _FOURIER,
        "pairs": _PER_MILLION_PAIRS * count["pairs"] + _PAIRS,
    }
    return min(estimates, key=lambda method: estimates[method])


def multiplications(shape: Sequence[int], geometry: KernelGeometry, side: Side | None) -> float:
    """Returns the number of multiplications of the cheapest method for a kernel of this shape."""
    size = gram_size(shape, geometry, side)
    return 1e6 * _multiplications(size)[cheapest_method(size)]


def _multiplications(size: GramSize) -> dict[GramMethod, float]:
    """Those of each method, in millions."""
    groups, n, m, axes, side = size
    million = groups * n * n * m / 1e6
    return {
        "shifts": million * pairs_of_taps(axes, side),
        "fourier": multiplications_by_fourier(groups, n, m, axes, side) / 1e6,
        "pairs": million * math.prod(axis.size for axis in axes) ** 2,
    }
