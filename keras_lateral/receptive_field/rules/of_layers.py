"""The rule of each layer, and rules for layers that are not Keras' own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

import keras

from keras_lateral.keras_tools.model_graph import GraphCall, is_graph
from keras_lateral.receptive_field.field import ReceptiveField
from keras_lateral.receptive_field.periodic_field import PeriodicField
from keras_lateral.receptive_field.rules import place_fields, window_fields
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Rule, Step, pointwise
from keras_lateral.receptive_field.rules.map_field import MapField, Reads
from keras_lateral.receptive_field.rules.operation_fields import OPERATIONS
from keras_lateral.receptive_field.rules.place_fields import everywhere
from keras_lateral.receptive_field.rules.product_fields import einsum_dense

_LAYER_NAMES: dict[Rule, str] = {
    window_fields.convolution: "Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D",
    window_fields.depthwise: "DepthwiseConv1D DepthwiseConv2D",
    window_fields.transposed: "Conv1DTranspose Conv2DTranspose Conv3DTranspose",
    window_fields.pooling: "MaxPooling1D MaxPooling2D MaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D",
    window_fields.global_pooling: "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D",
    window_fields.adaptive_pooling: "AdaptiveMaxPooling1D AdaptiveMaxPooling2D "
    "AdaptiveMaxPooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D "
    "AdaptiveAveragePooling3D",
    window_fields.padding: "ZeroPadding1D ZeroPadding2D ZeroPadding3D",
    window_fields.cropping: "Cropping1D Cropping2D Cropping3D",
    window_fields.upsampling: "UpSampling1D UpSampling2D UpSampling3D",
    window_fields.resizing: "Resizing",
    window_fields.center_crop: "CenterCrop",
    place_fields.dense: "Dense",
    place_fields.normalized_over: "LayerNormalization UnitNormalization RMSNormalization Softmax",
    place_fields.normalized_over_space: "GroupNormalization AutoContrast",
    place_fields.recurrent: "RNN LSTM GRU SimpleRNN Bidirectional",
    place_fields.everywhere: "Attention AdditiveAttention GroupQueryAttention "
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    place_fields.attention: "MultiHeadAttention",
    einsum_dense: "EinsumDense",
    place_fields.permute: "Permute",
    place_fields.repeated: "RepeatVector",
    place_fields.reshape: "Reshape Flatten",
    place_fields.concatenated: "Concatenate",
    place_fields.dotted: "Dot",
    # Layers that change images at random do so only in training.
    pointwise: "Activation ActivityRegularization Add AlphaDropout Average "
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
    for rule, names in _LAYER_NAMES.items()
    for name in names.split()
    if hasattr(keras.layers, name)  # some were added in later versions
}
"""The rule of each class of Keras' layers; subclasses share it."""

UNNAMED: dict[str, Rule] = dict.fromkeys(
    ("CustomScaleLayer", "LayerScale", "StochasticDepth"), pointwise
)
"""Rules of the classes that Keras' own models use but Keras does not export, by name."""


LayerField = ReceptiveField | Literal["pointwise", "whole"]

_registered: dict[type, Callable[[Any], LayerField]] = {}


def register_receptive_field(
    layer_class: type[keras.layers.Layer], rule: Callable[[Any], LayerField]
) -> None:
    """Registers what a custom layer reads of its input, for `receptive_fields`.

    A rule also holds for subclasses, unless they have their own. A later rule for the same class
    replaces it, and a rule for one of Keras' classes replaces the built-in rule.

    Args:
        layer_class: The layer's class.
        rule: A function from a layer to the `ReceptiveField` of the layer alone, in units of its
            input, for each spatial axis; or to `"pointwise"`, where each unit reads the units at
            its own position in every input; or to `"whole"`, where it reads all.

    Raises:
        ValueError: If `layer_class` is not a class of layers, or `rule` not a function.

    Example:

    >>> import keras
    >>> from keras_lateral import ReceptiveField, receptive_fields, register_receptive_field
    >>> class Blur(keras.layers.Layer):
    ...     def call(self, x):
    ...         return (x[:, :-2] + x[:, 1:-1] + x[:, 2:]) / 3
    >>> register_receptive_field(Blur, lambda layer: ReceptiveField((3,), (1,), (0,)))
    >>> image = keras.Input((9, 1))
    >>> model = keras.Model(image, Blur(name="second")(Blur(name="first")(image)))
    >>> receptive_fields(model)["second"].size
    (5,)
    """
    if not (isinstance(layer_class, type) and issubclass(layer_class, keras.layers.Layer)):
        raise ValueError(
            "Invalid value for argument `layer_class`. Expected a subclass of "
            f"`keras.layers.Layer`. Received: layer_class={layer_class!r}"
        )
    if not callable(rule):
        raise ValueError(
            "Invalid value for argument `rule`. Expected a function from a layer to its "
            f"`ReceptiveField`, 'pointwise' or 'whole'. Received: rule={rule!r}"
        )
    _registered[layer_class] = rule


def find_rule(operation: Any) -> Rule | None:
    """Returns the rule of a layer or operation, or None if it has none."""
    for layer_class in type(operation).__mro__:
        if layer_class in _registered:
            rule = _registered[layer_class]
            return lambda step: _registered_field(step, rule(step.layer))
        if layer_class in LAYERS:
            return LAYERS[layer_class]
    kind = type(operation)
    if isinstance(operation, keras.layers.TimeDistributed):
        return _inside(operation.layer, offset=1)
    if isinstance(operation, keras.layers.Wrapper):
        # `SpectralNormalization` changes only the weights.
        known = isinstance(operation, keras.layers.SpectralNormalization)
        return _inside(operation.layer, offset=0) if known else None
    if not kind.__module__.startswith("keras."):
        return None
    is_layer = isinstance(operation, keras.layers.Layer)
    return (UNNAMED if is_layer else OPERATIONS).get(kind.__name__)


def is_to_be_opened(layer: Any) -> bool:
    """Returns whether what a layer reads has to be found in its own code."""
    return find_rule(layer) is None


def check_rules(graph: Iterable[GraphCall]) -> None:
    """Raises if a call has no rule.

    Raises:
        ValueError: With all layers that have none, and what to do.
    """
    calls = [call for call in graph if call.sources and find_rule(call.operation) is None]
    if calls:
        unknown = ", ".join(f"{call.name} ({type(call.operation).__name__})" for call in calls)
        reasons = {call.name: call.closed for call in calls if call.closed}
        why = "".join(f" {name!r} cannot be looked into: {text}" for name, text in reasons.items())
        raise ValueError(
            f"It is not known what these layers read of their inputs: {unknown}. Register it with "
            "`keras_lateral.register_receptive_field(layer_class, rule)`, where `rule(layer)` "
            "returns the layer's own `ReceptiveField`, 'pointwise' or 'whole'; for a part of a "
            f"layer, register the layer. Wrap an operation that is not a layer in one.{why}"
        )


def _inside(layer: Any, offset: int) -> Rule | None:
    rule = None if is_graph(layer) else find_rule(layer)
    if rule is None:
        return None
    return lambda step: rule(replace(step, layer=layer, offset=step.offset + offset))


def _registered_field(step: Step, field: LayerField) -> MapField:
    if isinstance(field, str) and field in ("pointwise", "whole"):
        return pointwise(step) if field == "pointwise" else everywhere(step)
    if not isinstance(field, ReceptiveField):
        raise ValueError(
            f"Its rule returned none of a `ReceptiveField`, 'pointwise' and 'whole', but {field!r}"
        )
    local = step.map.local
    if not step.map.placed:
        return step.map
    if step.map.spread:
        raise NotCalculableError(
            "a reshape has put pieces of the image's axes in several axes of its input"
        )
    if len(field.size) != len(local):
        raise ValueError(
            f"Its rule returned a field with {len(field.size)} axes, but its input has "
            f"{len(local)} along the image"
        )
    shape = step.call.output_shapes[0]
    reads = {
        axis.at: _reads(window, shape[axis.at], step.map.certain)
        for axis, window in zip(local, field.exact(), strict=True)
    }
    seen = step.map.reading(reads)
    return seen.also_whole() if field.whole else seen


def _reads(window: PeriodicField, length: int | None, certain: bool) -> Reads:
    def reads(n: int) -> tuple[PeriodicField, int]:
        if length is not None and certain:
            return window, length
        # As many as fit between the borders with the same padding on both sides.
        covered = n + 2 * window.padding - window.size
        return window, int(covered / window.stride) + 1 if window.stride else n

    return reads
