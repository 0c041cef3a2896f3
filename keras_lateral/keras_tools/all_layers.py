"""Every layer of a model, however it is nested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras


def all_layers(model: Any) -> Iterator[keras.layers.Layer]:
    """Yields a model's layers and those inside them: nested models, blocks, wrappers.

    Functional and Sequential models list their layers; those of subclassed models and of layers
    made of layers are found among their attributes, and in lists, tuples and dicts of these.

    Args:
        model: A model or a layer. It is not yielded itself.

    Example:

    >>> import keras
    >>> inner = keras.Sequential([keras.layers.Dense(2, name="deep")])
    >>> wrapped = keras.layers.TimeDistributed(inner, name="wrapper")
    >>> [layer.name for layer in all_layers(keras.Sequential([wrapped]))][-1]
    'deep'
    """
    yield from _below(model, {id(model)})


def _below(parent: Any, seen: set[int]) -> Iterator[keras.layers.Layer]:
    for layer in layers_directly_in(parent):
        if id(layer) not in seen:
            seen.add(id(layer))
            yield layer
            yield from _below(layer, seen)


def layers_directly_in(parent: Any) -> Iterator[keras.layers.Layer]:
    """Yields the layers that a model or layer holds itself, some of them more than once."""
    listed = list(parent.layers) if isinstance(parent, keras.Model) else []
    # `layers` has a graph's order, attributes hold what it does not list.
    yield from listed
    for value in list(vars(parent).values()):
        yield from _layers_in(value)


def functional_copy(layer: Any) -> Any:
    """Returns the functional model that a Sequential one makes of itself, which holds its layers.

    `None` for any other layer, and before it is built.
    """
    return getattr(layer, "_functional", None) if isinstance(layer, keras.Sequential) else None


def _layers_in(value: Any) -> Iterator[keras.layers.Layer]:
    if isinstance(value, keras.layers.Layer):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _layers_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _layers_in(item)


def has_layer_graph(model: Any) -> bool:
    """Returns whether a model is functional or Sequential: one whose layers are listed."""
    listed = isinstance(model, keras.Sequential) or hasattr(model, "operations")
    return isinstance(model, keras.Model) and listed
