"""What one layer returns inside a model's forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.replaced import Replaced
from keras_lateral.keras_tools.types import Tensor


def find_layer(model: keras.Model, layer: str | keras.layers.Layer) -> keras.layers.Layer:
    """Returns the layer of a model that a name means.

    Args:
        model: Any model.
        layer: A layer's name, a path `"outer/inner"` through nested models and blocks, or the
            layer itself.

    Raises:
        ValueError: If the model has no such layer, or several of this name.

    Example:

    >>> import keras
    >>> inner = keras.Sequential([keras.layers.Dense(2, name="deep")], name="inner")
    >>> model = keras.Sequential([inner])
    >>> find_layer(model, "deep") is find_layer(model, "inner/deep") is inner.layers[0]
    True
    """
    layers = list(all_layers(model))
    if isinstance(layer, keras.layers.Layer):
        found = [one for one in layers if one is layer]
    else:
        found = _along(model, str(layer).split("/"))
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} layers have this name" if found else "No layer has this name"
    advice = " Give a path `outer/inner`, or the layer itself." if found else ""
    raise ValueError(
        f"Invalid value for argument `layer`. {problem} in model {model.name!r}.{advice} "
        f"Expected one of {[one.name for one in layers]}. Received: layer={layer!r}"
    )


def output_in_forward_pass(
    layer: keras.layers.Layer, forward: Callable[[], Any], name: str
) -> Tensor:
    """Returns the tensor that a layer returns while `forward()` runs, eagerly.

    Any model can be looked into so, also one that is subclassed, or nested in another.

    Args:
        layer: The layer.
        forward: Runs the model.
        name: What the layer is called in errors.

    Raises:
        ValueError: If the layer is called never or more than once, or returns several tensors.
    """
    returned: list[Any] = []
    with _noting(layer, returned):
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
def _noting(layer: keras.layers.Layer, returned: list[Any]) -> Iterator[None]:
    """A scope in which all that a layer's `call` returns is noted."""
    call = layer.call

    def noting_call(*args: Any, **kwargs: Any) -> Any:
        returned.append(call(*args, **kwargs))
        return returned[-1]

    replaced = Replaced(layer, "call", noting_call)
    try:
        yield
    finally:
        replaced.restore()


def _along(model: Any, path: list[str]) -> list[keras.layers.Layer]:
    """Returns the layers that the last name of a path means, each once."""
    parents = [model]
    for name in path:
        below = {id(one): one for parent in parents for one in all_layers(parent)}
        parents = [one for one in below.values() if one.name == name]
    return parents
