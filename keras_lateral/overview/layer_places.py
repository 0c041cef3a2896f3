"""Which layers of a model get a row of their own, and which weights belong to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.keras_tools.all_layers import all_layers, functional_copy, layers_directly_in
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels, numbered
from keras_lateral.keras_tools.layer_kernels import layer_kernels


@dataclass(frozen=True, eq=False)
class LayerPlace:
    """A layer and where it is.

    Args:
        name: Its unique name, `"outer/inner"` inside another layer.
        layer: The layer.
        weights: Its weights without those of layers that have a place of their own.
        holds: Whether it is a container, of which only what is its own is meant here.
    """

    name: str
    layer: Any
    weights: tuple[Any, ...]
    holds: bool = False


def layer_places(model: Any) -> list[LayerPlace]:
    """Returns the layers of a model in its order, each once, and those inside them.

    Models are looked into, and so are wrappers and blocks that hold convolutions, dense layers or
    masks, on which this library acts; any other layer, such as a recurrent one, is one place. A
    mask that a layer has as its own belongs to that layer. Inputs have no place.

    Args:
        model: A built model.

    Example:

    >>> import keras
    >>> inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="deep")], name="in")
    >>> model = keras.Sequential([inner, keras.layers.Dense(1, name="last")])
    >>> model.build((None, 4))
    >>> [(place.name, len(place.weights)) for place in layer_places(model)]
    [('in', 0), ('in/deep', 2), ('last', 2)]
    """
    inside = list(_inside(model, LayerLabels(model), {id(model)}))
    own = _own_weights(model)
    if not own:
        return inside
    *_, name = numbered([*(place.name for place in inside), model.name])
    return [LayerPlace(name, model, own, holds=True), *inside]


def _inside(parent: Any, labels: LayerLabels, seen: set[int]) -> Iterator[LayerPlace]:
    for layer in _parts(parent):
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        if layer is functional_copy(parent):
            yield from _inside(layer, labels, seen)
            continue
        opens = _holds_what_we_act_on(layer)
        weights = _own_weights(layer) if opens else tuple(layer.weights)
        yield LayerPlace(labels.of(layer).path, layer, weights, holds=opens)
        if opens:
            yield from _inside(layer, labels, seen)


def _parts(parent: Any) -> Iterator[keras.layers.Layer]:
    """Yields the layers in another, without its inputs and its own mask."""
    own = getattr(parent, "gradient_mask", None)
    for layer in layers_directly_in(parent):
        if layer is not own and not isinstance(layer, keras.layers.InputLayer):
            yield layer


def _holds_what_we_act_on(layer: Any) -> bool:
    if isinstance(layer, keras.Model):
        return True
    own = getattr(layer, "gradient_mask", None)
    return any(
        isinstance(inner, (GradientMask, keras.Model)) or layer_kernels(inner)
        for inner in all_layers(layer)
        if inner is not own
    )


def _own_weights(holder: Any) -> tuple[Any, ...]:
    """Returns the weights that a layer has, but none of the layers in it."""
    others = {id(weight) for inner in all_layers(holder) for weight in inner.weights}
    return tuple(weight for weight in holder.weights if id(weight) not in others)
