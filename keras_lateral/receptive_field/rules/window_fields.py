"""Rules of layers with windows, and of layers that pad, crop or resize."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_lateral.receptive_field.rules.axis_windows import (
    adaptive,
    resized,
    shifted,
    transposed_window,
    window,
)
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Step
from keras_lateral.receptive_field.rules.map_field import MapField, Reads


def convolution(step: Step) -> MapField:
    """Each unit reads a window of the map and all channels, in separable convolutions too."""
    layer = step.layer
    count = len(layer.kernel_size)
    reads = [
        window(k, s, d, layer.padding)
        for k, s, d in zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    ]
    return _windows(step, reads).without([step.channels(count)])


def depthwise(step: Step) -> MapField:
    """Each unit reads a window of the map."""
    layer = step.layer
    sizes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    return _windows(step, [window(k, s, d, layer.padding) for k, s, d in sizes])


def transposed(step: Step) -> MapField:
    """Each unit reads the units in whose windows it lies."""
    layer = step.layer
    more: Any = layer.output_padding
    count = len(layer.kernel_size)
    more = more if isinstance(more, Sequence) else [more] * count
    sizes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, more, strict=True)
    reads = [transposed_window(k, s, d, layer.padding, o) for k, s, d, o in sizes]
    return _windows(step, reads).without([step.channels(count)])


def pooling(step: Step) -> MapField:
    """Each unit reads a window of the map."""
    layer = step.layer
    sizes, strides = (
        value if isinstance(value, Sequence) else (value,)
        for value in (layer.pool_size, layer.strides)
    )
    pairs = zip(sizes, strides, strict=True)
    return _windows(step, [window(k, s, 1, layer.padding) for k, s in pairs])


def global_pooling(step: Step) -> MapField:
    """Each unit reads all positions."""
    count = step.rank - 2 - step.offset
    pooled = step.map.without(step.axes(count))
    if step.layer.keepdims:
        return pooled
    gone = step.axes(count)
    return pooled.moved(lambda at: at - sum(axis < at for axis in gone))


def adaptive_pooling(step: Step) -> MapField:
    """Each unit reads its share of the map."""
    after: Any = step.layer.output_size
    count = step.rank - 2 - step.offset
    after = after if isinstance(after, Sequence) else [after] * count
    _need_lengths(step)
    return _windows(step, [adaptive(int(m)) for m in after])


def padding(step: Step) -> MapField:
    """Each unit reads one unit, at an earlier index."""
    return _windows(step, [shifted(-a, -a - b) for a, b in _pairs(step.layer.padding)])


def cropping(step: Step) -> MapField:
    """Each unit reads one unit, at a later index."""
    return _windows(step, [shifted(a, a + b) for a, b in _pairs(step.layer.cropping)])


def upsampling(step: Step) -> MapField:
    """Each unit reads its neighbours."""
    factors: Any = step.layer.size
    factors = factors if isinstance(factors, Sequence) else (factors,)
    way = getattr(step.layer, "interpolation", "nearest")
    return _windows(step, [resized(1, factor, way) for factor in factors])


def resizing(step: Step) -> MapField:
    """Each unit reads its neighbours."""
    layer = step.layer
    changed = layer.crop_to_aspect_ratio or getattr(layer, "pad_to_aspect_ratio", False)
    if changed or getattr(layer, "antialias", False):
        raise NotCalculableError("it crops, pads or smooths what it resizes")
    return resized_to(step, (layer.height, layer.width), layer.interpolation, step.axes(2))


def resized_to(step: Step, size: Sequence[int], way: str, at: Sequence[int]) -> MapField:
    """Returns the field of a resized map's units."""
    _need_lengths(step)
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads = {}
    for axis, after in zip(at, size, strict=True):
        if axis in lengths:
            try:
                reads[axis] = resized(lengths[axis], int(after), way, int(after))
            except KeyError:
                raise NotCalculableError(f"interpolation {way!r} is not supported") from None
    return step.map.reading(reads)


def center_crop(step: Step) -> MapField:
    """Each unit reads one unit, at a later index."""
    _need_lengths(step)
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads: dict[int, Reads] = {}
    for axis, after in zip(step.axes(2), (step.layer.height, step.layer.width), strict=True):
        lost = lengths.get(axis, after) - after
        if lost < 0:
            raise NotCalculableError("it resizes images that are smaller than the crop")
        reads[axis] = shifted(lost // 2, lost)
    return step.map.reading(reads)


def _windows(step: Step, reads: Sequence[Reads]) -> MapField:
    return step.map.reading(dict(zip(step.axes(len(reads)), reads, strict=True)))


def _pairs(value: Any) -> list[tuple[int, int]]:
    """Returns a padding as pairs; that of a 1-D layer is already one pair."""
    pairs = value if isinstance(value[0], Sequence) else [value]
    return [(int(a), int(b)) for a, b in pairs]


def _need_lengths(step: Step) -> None:
    if not step.map.certain:
        raise NotCalculableError(
            "its stride or crop depends on the image's size, which the model leaves open; "
            "give it: `receptive_fields(model, input_shape=...)`"
        )
