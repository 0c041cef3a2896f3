"""The units that a layer reads along one axis, and the number of new ones."""

from __future__ import annotations

import math
from fractions import Fraction

from keras_lateral.receptive_field.periodic_field import NOTHING, PeriodicField
from keras_lateral.receptive_field.rules.map_field import Reads


def window(kernel: int, stride: int = 1, dilation: int = 1, padding: str = "valid") -> Reads:
    """Returns the windows of a convolution or pooling.

    With padding "same" half of the zeros, rounded down, are on the left, as in TensorFlow and in
    Keras on every backend: max((ceil(n / s) - 1) s + extent - n, 0).
    """
    extent = (kernel - 1) * dilation + 1

    def reads(n: int) -> tuple[PeriodicField, int]:
        if padding == "same":
            m = -(-n // stride)
            p = max((m - 1) * stride + extent - n, 0) // 2
        else:
            p = extent - 1 if padding == "causal" else 0
            m = (n + p - extent) // stride + 1
        return PeriodicField((-p,), (extent - 1 - p,), stride), m

    return reads


def transposed_window(
    kernel: int, stride: int, dilation: int, padding: str, output_padding: int | None
) -> Reads:
    """Returns what the units of a transposed convolution read.

    Unit j is unit f = j + crop of the full output, to which unit i of the input adds by tap t
    where f = i s + t D.
    """
    extent = (kernel - 1) * dilation + 1
    crop = _crop(extent, stride, padding, output_padding)
    pairs = [_adding_to(j + crop, kernel, stride, dilation) for j in range(stride)]
    field = PeriodicField(tuple(a for a, _ in pairs), tuple(b for _, b in pairs), 1)

    def reads(n: int) -> tuple[PeriodicField, int]:
        return field, _transposed_length(n, extent, stride, padding, output_padding)

    return reads


def _adding_to(f: int, kernel: int, stride: int, dilation: int) -> tuple[float, float]:
    """Returns the first and last unit of the input that add to unit f of the full output."""
    before = [f - t * dilation for t in range(kernel)]
    units = [place // stride for place in before if place % stride == 0]
    return (min(units), max(units)) if units else NOTHING


def _crop(extent: int, stride: int, padding: str, output_padding: int | None) -> int:
    """Returns the number of units of the full output that are left out before the first one.

    On torch, older versions of Keras leave out a different number, and warn.
    """
    if padding == "valid":
        return 0
    if output_padding is None:
        return max(extent - stride, 0) // 2
    return max(2 * (extent // 2) - output_padding, 0) // 2


def _transposed_length(
    n: int, extent: int, stride: int, padding: str, output_padding: int | None
) -> int:
    if output_padding is None:
        return n * stride + (max(extent - stride, 0) if padding == "valid" else 0)
    cut = 2 * (extent // 2) if padding == "same" else 0
    return (n - 1) * stride + extent - cut + output_padding


def resized(before: int, after: int, interpolation: str, new_length: int | None = None) -> Reads:
    """Returns what the units of a resized map read, `after` units for every `before`.

    Unit j lies at x = (j + 1/2) before / after - 1/2 of the old map.

    Args:
        before: Number of old units.
        after: Number of new units that replace them.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        new_length: Length of the new map. By default `after / before` of the old one.
    """
    common = math.gcd(before, after)
    step, period = before // common, after // common
    pairs = [
        _around(Fraction((2 * j + 1) * step, 2 * period), interpolation) for j in range(period)
    ]
    field = PeriodicField(tuple(a for a, _ in pairs), tuple(b for _, b in pairs), step)
    return lambda n: (field, n * after // before if new_length is None else new_length)


RADIUS = {"nearest": 0, "bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}


def _around(place: Fraction, interpolation: str) -> tuple[int, int]:
    if interpolation == "nearest":
        return math.floor(place), math.floor(place)
    x, radius = place - Fraction(1, 2), RADIUS[interpolation]
    if x.denominator == 1:  # the others have the weight 0
        return int(x), int(x)
    return math.floor(x) - radius + 1, math.floor(x) + radius


def adaptive(after: int) -> Reads:
    """Returns the windows of an adaptive pooling to a fixed number of units."""

    def reads(n: int) -> tuple[PeriodicField, int]:
        common = math.gcd(n, after)
        step, period = n // common, after // common
        starts = tuple(j * step // period for j in range(period))
        ends = tuple(-(-(j + 1) * step // period) - 1 for j in range(period))
        return PeriodicField(starts, ends, step), after

    return reads


def shifted(first: int, lost: int, step: int = 1) -> Reads:
    """Returns the units of a map that begins at unit `first` and is `lost` shorter."""
    field = PeriodicField((first,), (first,), step)
    return lambda n: (field, -(-(n - lost) // step))
