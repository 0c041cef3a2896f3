"""Finds the layers of a model that expand the receptive field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers, layers_to_choose
from keras_lateral.receptive_field.resolutions import Convolution, Strides, convolutions


@dataclass(frozen=True)
class ExpandingLayer:
    """A layer that expands the receptive field. `expanding_layers` finds it.

    Args:
        name: The layer's name, `"outer/inner"` in a nested model or a layer made of layers.
        why: The reason, in words.
        layer: The layer itself.

    Example:

    >>> print(ExpandingLayer("conv3", "first convolution after 'pool1'"))
    conv3: first convolution after 'pool1'
    """

    name: str
    why: str
    layer: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


def expanding_layers(model: keras.Model, rule: Choice = "paper") -> list[ExpandingLayer]:
    """Returns the layers of a model that expand the receptive field, and the reason for each.

    - `"paper"`: at each new resolution the first convolution of the main path that works across the
      drop: the strided one, or the first after a pooling.
    - `"strided"`: every strided convolution, the model's first one and shortcuts included.
    - `"after_pooling"`: the first convolution of the main path after each pooling.
    - `"first_kernel_above_one"`: at each new resolution the first convolution of the main path that
      reads more than one position.

    The main path is the one with the most convolutions from the image to the output, those with
    more than one tap counted twice, so that a projection beside it does not count. Only
    `"strided"` includes a model's first convolution, its stem. Pooling means one with strides, not
    global pooling.

    A 1 x 1 convolution beside the main path, such as the shortcut around a U-Net's pooling, is
    chosen by `"strided"` alone. What acts on a map of one unit counts as a dense layer, and a
    pooling over the whole map as global pooling. Layers made of layers are looked into, as
    `receptive_fields` does.

    Some models drop the resolution in unexpected places. In MobileNet and EfficientNet the layer
    that works across the drop is depthwise, with few weights. In DenseNet and ResNet-50 it has
    1 x 1 taps and enlarges no field by itself; `"first_kernel_above_one"` finds the one after it.
    In Xception it follows the block's pooling, which is parallel to a strided shortcut.

    Args:
        model: A functional model, or a Sequential one that is built, with nested models.
        rule: One of the above; or the layers themselves: a name, `"block/conv"` for a layer inside
            another, a layer class, a function from a layer to bool, or a list of these.

    Returns:
        A list of `ExpandingLayer` in the graph's order.

    Raises:
        ValueError: If the model is subclassed or not built; a layer that holds convolutions cannot
            be looked into; nothing is found; a name does not exist; or a chosen layer has no
            weights.

    Example:

    >>> import keras
    >>> from keras_lateral import expanding_layers
    >>> layers = keras.layers
    >>> model = keras.Sequential([
    ...     keras.Input((32, 32, 3)),
    ...     layers.Conv2D(8, 3, name="conv1"), layers.Conv2D(8, 3, name="conv2"),
    ...     layers.MaxPooling2D(name="pool"), layers.Conv2D(8, 3, name="conv3"),
    ...     layers.Conv2D(8, 3, strides=2, name="conv4"),
    ... ])
    >>> for layer in expanding_layers(model):
    ...     print(layer)
    conv3: first convolution after pooling 'pool', at stride 2
    conv4: strided convolution, at stride 4
    """
    by_rule = RULES.get(rule) if isinstance(rule, str) else None
    found = _chosen_layers(model, rule) if by_rule is None else by_rule(convolutions(model))
    if not found:
        raise ValueError(
            f"No layer of model {model.name!r} expands the receptive field by rule={rule!r}: "
            "none of its convolutions is one of these. Name layers instead, or give another rule "
            f"of {sorted(RULES)}."
        )
    return found


def _paper(found: list[Convolution]) -> list[ExpandingLayer]:
    across = [
        conv
        for conv in found
        if not (conv.is_stem or conv.beside) and (conv.is_strided or conv.after)
    ]
    return [_expanding_layer(conv) for conv in _first_at_each_resolution(across)]


def _strided(found: list[Convolution]) -> list[ExpandingLayer]:
    return [_expanding_layer(conv) for conv in found if conv.is_strided]


def _after_pooling(found: list[Convolution]) -> list[ExpandingLayer]:
    after = [conv for conv in found if conv.after and not (conv.is_stem or conv.beside)]
    pools = dict.fromkeys(pool for conv in after for pool in conv.after)
    firsts = [_on_main_path(conv for conv in after if pool in conv.after) for pool in pools]
    return [_expanding_layer(conv) for conv in after if conv in firsts]


def _first_kernel_above_one(found: list[Convolution]) -> list[ExpandingLayer]:
    wide = [conv for conv in found if max(conv.kernel) > 1]
    stem = {conv.resolution for conv in wide if conv.is_stem}
    later = [conv for conv in wide if conv.resolution not in stem]
    return [
        ExpandingLayer(
            conv.name, f"first with more than one tap, {_stride_text(conv.resolution)}", conv.layer
        )
        for conv in _first_at_each_resolution(later)
    ]


RULES: dict[str, Callable[[list[Convolution]], list[ExpandingLayer]]] = {
    "paper": _paper,
    "strided": _strided,
    "after_pooling": _after_pooling,
    "first_kernel_above_one": _first_kernel_above_one,
}
"""The rules by name."""


def _first_at_each_resolution(candidates: list[Convolution]) -> list[Convolution]:
    """Returns the convolution of the main path at each resolution coarser than the image's."""
    coarser = [conv for conv in candidates if max(conv.resolution) > 1]
    resolutions = dict.fromkeys(conv.resolution for conv in coarser)
    firsts = [
        _on_main_path(conv for conv in coarser if conv.resolution == resolution)
        for resolution in resolutions
    ]
    return [conv for conv in coarser if conv in firsts]


def _on_main_path(candidates: Iterable[Convolution]) -> Convolution:
    """Returns the convolution on the longest path; of several, the first."""
    return max(candidates, key=lambda conv: conv.path)


def _expanding_layer(conv: Convolution) -> ExpandingLayer:
    reasons = ["strided convolution"] if conv.is_strided else []
    if conv.after:
        reasons.append(f"first convolution after pooling {', '.join(map(repr, conv.after))}")
    why = f"{' and '.join(reasons)}, {_stride_text(conv.resolution)}"
    return ExpandingLayer(conv.name, why, conv.layer)


def _stride_text(resolution: Strides) -> str:
    texts = [str(stride) for stride in resolution]
    return f"at stride {texts[0] if len(set(texts)) == 1 else ' x '.join(texts)}"


def _chosen_layers(model: keras.Model, choice: Choice) -> list[ExpandingLayer]:
    known = layers_to_choose(model)
    labels = LayerLabels(model)
    names = {*labels.of_all(known), *(layer.name for layer in known)}
    if isinstance(choice, str) and "/" not in choice and choice not in names:
        raise ValueError(
            f"Invalid value for argument `rule`. Expected one of {sorted(RULES)}, or layers of "
            f"model {model.name!r}: names, classes or a function. Received: rule={choice!r}"
        )
    if not model.built:
        raise ValueError(f"Model {model.name!r} is not built, so its layers have no weights yet.")
    layers = choose_layers(model, choice, among=known)
    empty = labels.of_all(layer for layer in layers if not layer.weights)
    if empty:
        raise ValueError(
            "Invalid value for argument `rule`. Expected layers with weights. Received layers "
            f"without any: {empty}"
        )
    return [ExpandingLayer(labels.of(layer).path, "chosen by `rule`", layer) for layer in layers]
