"""What each layer of Keras reads of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from keras_lateral.analysis.axis_windows import (
    adaptive,
    resized,
    shifted,
    transposed_window,
    window,
)
from keras_lateral.analysis.map_field import MapField, Reads, merged
from keras_lateral.models.model_graph import GraphCall


@dataclass(frozen=True)
class Step:
    """A call of a layer, and what its inputs' units see.

    Args:
        layer: The layer or operation; within a wrapper, the one that is wrapped.
        maps: What the units of each input see.
        call: The call in the graph.
        offset: Axes besides the batch that a wrapper takes off, as `TimeDistributed` does.
    """

    layer: Any
    maps: tuple[MapField, ...]
    call: GraphCall
    offset: int = 0

    @property
    def map(self) -> MapField:
        """Of the first input."""
        return self.maps[0]

    @property
    def rank(self) -> int:
        """Number of axes of the first input, batch included."""
        return len(self.call.input_shapes[0])

    def axes(self, count: int) -> list[int]:
        """Returns the tensor's spatial axes of a layer with this number of them."""
        first = 2 if getattr(self.layer, "data_format", None) == "channels_first" else 1
        return list(range(first + self.offset, first + self.offset + count))

    def channels(self, count: int) -> int:
        """Returns the tensor's axis of the channels, of a layer with `count` spatial axes."""
        first = getattr(self.layer, "data_format", None) == "channels_first"
        return self.offset + (1 if first else 1 + count)


class NotCalculableError(ValueError):
    """A layer whose field is no property of the graph; the message says why."""


Rule = Callable[[Step], MapField]


def pointwise(step: Step) -> MapField:
    """Each unit reads the units at its own position, of every input."""
    return merged(step.maps, [len(shape) for shape in step.call.input_shapes])


def whole(step: Step) -> MapField:
    """Each unit reads everything."""
    return step.map.flat()


def _convolution(step: Step) -> MapField:
    """Also separable ones."""
    layer = step.layer
    count = len(layer.kernel_size)
    reads = [
        window(k, s, d, layer.padding)
        for k, s, d in zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    ]
    return _windows(step, reads).without([step.channels(count)])


def _depthwise(step: Step) -> MapField:
    layer = step.layer
    sizes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
    return _windows(step, [window(k, s, d, layer.padding) for k, s, d in sizes])


def _transposed(step: Step) -> MapField:
    layer = step.layer
    more: Any = layer.output_padding
    count = len(layer.kernel_size)
    more = more if isinstance(more, Sequence) else [more] * count
    sizes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, more, strict=True)
    reads = [transposed_window(k, s, d, layer.padding, o) for k, s, d, o in sizes]
    return _windows(step, reads).without([step.channels(count)])


def _pooling(step: Step) -> MapField:
    layer = step.layer
    sizes, strides = (
        value if isinstance(value, Sequence) else (value,)
        for value in (layer.pool_size, layer.strides)
    )
    pairs = zip(sizes, strides, strict=True)
    return _windows(step, [window(k, s, 1, layer.padding) for k, s in pairs])


def _global_pooling(step: Step) -> MapField:
    count = step.rank - 2 - step.offset
    pooled = step.map.without(step.axes(count))
    if step.layer.keepdims:
        return pooled
    gone = step.axes(count)
    return pooled.moved(lambda at: at - sum(axis < at for axis in gone))


def _adaptive_pooling(step: Step) -> MapField:
    after: Any = step.layer.output_size
    count = step.rank - 2 - step.offset
    after = after if isinstance(after, Sequence) else [after] * count
    _need_lengths(step)
    return _windows(step, [adaptive(int(m)) for m in after])


def _padding(step: Step) -> MapField:
    return _windows(step, [shifted(-a, -a - b) for a, b in _pairs(step.layer.padding)])


def _cropping(step: Step) -> MapField:
    return _windows(step, [shifted(a, a + b) for a, b in _pairs(step.layer.cropping)])


def _upsampling(step: Step) -> MapField:
    factors: Any = step.layer.size
    factors = factors if isinstance(factors, Sequence) else (factors,)
    way = getattr(step.layer, "interpolation", "nearest")
    return _windows(step, [resized(1, factor, way) for factor in factors])


def _resizing(step: Step) -> MapField:
    layer = step.layer
    changed = layer.crop_to_aspect_ratio or getattr(layer, "pad_to_aspect_ratio", False)
    if changed or getattr(layer, "antialias", False):
        raise NotCalculableError("it crops, pads or smooths what it resizes")
    return resized_to(step, (layer.height, layer.width), layer.interpolation, step.axes(2))


def resized_to(step: Step, size: Sequence[int], way: str, at: Sequence[int]) -> MapField:
    """Returns what a resized map's units see."""
    _need_lengths(step)
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads = {}
    for axis, after in zip(at, size, strict=True):
        if axis in lengths:
            try:
                reads[axis] = resized(lengths[axis], int(after), way, int(after))
            except KeyError:
                raise NotCalculableError(f"interpolation {way!r} is not known here") from None
    return step.map.reading(reads)


def _center_crop(step: Step) -> MapField:
    _need_lengths(step)
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads: dict[int, Reads] = {}
    for axis, after in zip(step.axes(2), (step.layer.height, step.layer.width), strict=True):
        lost = lengths.get(axis, after) - after
        if lost < 0:
            raise NotCalculableError("it resizes images that are smaller than the crop")
        reads[axis] = shifted(lost // 2, lost)
    return step.map.reading(reads)


def _dense(step: Step) -> MapField:
    return step.map.without([step.rank - 1])


def _flatten(step: Step) -> MapField:
    return step.map.flat() if step.rank > 2 else step.map


def _normalized_over(step: Step) -> MapField:
    """Each unit reads its own position, and all others along the layer's axes besides."""
    axis: Any = step.layer.axis
    axes = axis if isinstance(axis, Sequence) else [axis]
    return step.map.also_whole([one % step.rank for one in axes])


def _normalized_over_space(step: Step) -> MapField:
    return step.map.also_whole()


def _softmax(step: Step) -> MapField:
    axis: Any = step.layer.axis
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    return step.map.also_whole([one % step.rank for one in axes])


def _recurrent(step: Step) -> MapField:
    """A unit depends on every step of the sequence, which is the first axis."""
    seen = step.map.without([step.offset + 1, step.rank - 1])
    outputs = len(step.call.output_shapes[0])
    return seen if outputs == step.rank else seen.moved(lambda at: at - 1)


def _permute(step: Step) -> MapField:
    new = {old: at for at, old in enumerate(step.layer.dims, start=1)}
    return step.map.moved(lambda at: new[at])


def _repeated(step: Step) -> MapField:
    return step.map.moved(lambda at: at + 1)


def _reshape(step: Step) -> MapField:
    return reshaped(step.map, step.call.input_shapes[0], step.call.output_shapes[0])


def reshaped(field: MapField, before: Sequence[Any], after: Sequence[Any]) -> MapField:
    """Returns what units see after a reshape: an axis stays that has the same units around it."""
    lengths = {axis.at: axis.length for axis in field.local}
    old = [lengths.get(at, length) if field.certain else length for at, length in enumerate(before)]
    new = list(after)
    if new.count(None) == 2 and None not in old[1:]:  # the batch, and what is left for an axis
        new[new.index(None, 1)] = _product(old[1:]) // max(1, _product(new[1:]))
    return field.moved(lambda at: _same_axis(at, old[1:], new[1:]))


def _same_axis(at: int, old: list[Any], new: list[Any]) -> int | None:
    """Returns the axis, batch included, that an axis has become: as long, with as much before."""
    if old[: at - 1] == new[: at - 1] and old[at - 1 : at] == new[at - 1 : at]:
        return at
    behind = len(old) - at
    if old[len(old) - behind - 1 :] == new[len(new) - behind - 1 :] and len(new) > behind:
        return len(new) - behind
    if None in old or None in new:
        return None
    for index in range(len(new)):
        if new[index] == old[at - 1] and _product(new[:index]) == _product(old[: at - 1]):
            return index + 1
    return None


def _product(lengths: Sequence[Any]) -> int:
    product = 1
    for length in lengths:
        product *= 1 if length is None else length
    return product


def _concatenated(step: Step) -> MapField:
    """Channels beside each other."""
    return joined(step, step.layer.axis)


def joined(step: Step, axis: int) -> MapField:
    """Returns what the units of maps see that are put beside each other along an axis."""
    at = axis % step.rank
    if any(one.at == at for field in step.maps for one in field.local):
        raise NotCalculableError(
            f"it puts maps behind each other along their spatial axis {at}, so its units see the "
            "image in no regular pattern"
        )
    return pointwise(step)


def _dotted(step: Step) -> MapField:
    if any(field.local for field in step.maps):
        raise NotCalculableError("it multiplies all positions of its inputs with each other")
    return whole(step)


def _windows(step: Step, reads: Sequence[Reads]) -> MapField:
    return step.map.reading(dict(zip(step.axes(len(reads)), reads, strict=True)))


def _pairs(value: Any) -> list[tuple[int, int]]:
    """Returns a padding as pairs; that of a 1-D layer is one pair already."""
    pairs = value if isinstance(value[0], Sequence) else [value]
    return [(int(a), int(b)) for a, b in pairs]


def _need_lengths(step: Step) -> None:
    if not step.map.certain:
        raise NotCalculableError(
            "how far apart its units lie depends on the image's size, which the model leaves open; "
            "give it: `receptive_fields(model, input_shape=...)`"
        )


_MANY: dict[Rule, str] = {
    _convolution: "Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D",
    _depthwise: "DepthwiseConv1D DepthwiseConv2D",
    _transposed: "Conv1DTranspose Conv2DTranspose Conv3DTranspose",
    _pooling: "MaxPooling1D MaxPooling2D MaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D",
    _global_pooling: "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D",
    _adaptive_pooling: "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D "
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D",
    _padding: "ZeroPadding1D ZeroPadding2D ZeroPadding3D",
    _cropping: "Cropping1D Cropping2D Cropping3D",
    _upsampling: "UpSampling1D UpSampling2D UpSampling3D",
    _resizing: "Resizing",
    _center_crop: "CenterCrop",
    _dense: "Dense",
    _flatten: "Flatten",
    _normalized_over: "LayerNormalization UnitNormalization RMSNormalization",
    _normalized_over_space: "GroupNormalization",
    _softmax: "Softmax",
    _recurrent: "RNN LSTM GRU SimpleRNN Bidirectional",
    whole: "Attention AdditiveAttention MultiHeadAttention GroupQueryAttention "
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    _permute: "Permute",
    _repeated: "RepeatVector",
    _reshape: "Reshape",
    _concatenated: "Concatenate",
    _dotted: "Dot",
    # Layers that change images at random do so in training only.
    pointwise: "Activation ActivityRegularization Add AlphaDropout AutoContrast Average "
    "BatchNormalization Dropout ELU Embedding GaussianDropout GaussianNoise Identity LeakyReLU "
    "Masking Maximum Minimum Multiply Normalization PReLU ReLU Rescaling Solarization "
    "SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract "
    "AugMix RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast "
    "RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue "
    "RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation "
    "RandomSharpness RandomShear RandomTranslation RandomZoom",
}

LAYERS: dict[type, Rule] = {
    getattr(keras.layers, name): rule
    for rule, names in _MANY.items()
    for name in names.split()
    if hasattr(keras.layers, name)  # some came with later versions
}
"""The rule of each class of Keras' layers; subclasses share it."""

UNNAMED: dict[str, Rule] = dict.fromkeys(
    ("CustomScaleLayer", "LayerScale", "StochasticDepth"), pointwise
)
"""Rules of the classes that Keras' own models use and does not export, by their names."""
