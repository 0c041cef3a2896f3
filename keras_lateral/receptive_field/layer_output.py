"""The output of one layer in a model's forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import layers_at
from keras_lateral.keras_tools.replaced import Replaced


def find_layer(model: keras.Model, layer: str | keras.layers.Layer) -> keras.layers.Layer:
    """Returns the layer of a model with this name.

    Args:
        model: Any model.
        layer: A layer's name, a path `"outer/inner"` through nested models and blocks, or the
            layer itself.

    Raises:
        ValueError: If the model has no such layer, or several with this name.

    Example:

    >>> import keras
    >>> inner = keras.Sequential([keras.layers.Dense(2, name="deep")], name="inner")
    >>> model = keras.Sequential([inner])
    >>> find_layer(model, "deep") is find_layer(model, "inner/deep") is inner.layers[0]
    True
    """
    labels = LayerLabels(model)
    if isinstance(layer, keras.layers.Layer):
        found = [own for own in labels.layers if own is layer]
    else:
        found = labels.at(layer) or layers_at(model, layer.split("/"))
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} layers have this name" if found else "No layer has this name"
    advice = " Give a path `outer/inner`, or the layer itself." if found else ""
    known = labels.of_all(found or labels.layers)
    raise ValueError(
        f"Invalid value for argument `layer`. {problem} in model {model.name!r}.{advice} "
        f"Expected one of {known}. Received: layer={layer!r}"
    )


def output_in_forward_pass(
    layer: keras.layers.Layer, forward: Callable[[], Any], name: str
) -> Tensor:
    """Returns the tensor that a layer returns while `forward()` runs, eagerly.

    This works for any model, including subclassed and nested ones.

    Args:
        layer: The layer.
        forward: Function that runs the model.
        name: Name of the layer in errors.

    Raises:
        ValueError: If the layer is not called exactly once, or returns several tensors.
    """
    returned: list[Any] = []
    with _recording(layer, returned):
        forward()
    if len(returned) != 1:
        raise ValueError(
            f"Invalid value for argument `layer`. Expected a layer that the model calls once. "
            f"Received: {name!r}, which it calls {len(returned)} times"
        )
    if keras.tree.is_nested(returned[0]):
        raise ValueError(
            "Invalid value for argument `layer`. Expected a layer that returns one tensor. "
            f"Received: {name!r}, which returns a {type(returned[0]).__name__}"
        )
    return returned[0]


@contextmanager
def _recording(layer: keras.layers.Layer, returned: list[Any]) -> Iterator[None]:
    """A scope in which everything that a layer's `call` returns is recorded."""
    call = layer.call

    def recording_call(*args: Any, **kwargs: Any) -> Any:
        returned.append(call(*args, **kwargs))
        return returned[-1]

    replaced = Replaced(layer, "call", recording_call)
    try:
        yield
    finally:
        replaced.restore()
