"""The graph inside a layer made of layers, found by calling it on tensors without values."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.all_layers import all_layers

# A call on tensors without values leaves nodes in the layers' private lists, which are taken away.

BATCH = 2
"""The length of a batch where code asks for a number; it is not shown."""

Ends = tuple[list[Any], list[Any], bool]
"""Inputs and outputs of the graph, and whether the batch's length was made up."""


class NotOpenedError(ValueError):
    """A layer's code does not run without values; the message says why."""


@contextmanager
def opened(layer: keras.layers.Layer, arguments: Any, keywords: dict[str, Any]) -> Iterator[Ends]:
    """A scope in which the graph inside a layer can be read; the layer is left as it was.

    Args:
        layer: A layer that has been called in a graph.
        arguments: Positional arguments of that call, tensors included.
        keywords: Its keyword arguments.

    Raises:
        NotOpenedError: If its code needs values, or functions other than `keras.ops`.
    """
    with _left_as_it_was([layer, *all_layers(layer)]):
        yield _ends(layer, arguments, keywords)


def _ends(layer: keras.layers.Layer, arguments: Any, keywords: dict[str, Any]) -> Ends:
    reasons = []
    for batch in (BATCH, None):
        inputs: list[Any] = []

        def new_tensor(value: Any, batch: int | None = batch, inputs: list[Any] = inputs) -> Any:
            if not isinstance(value, keras.KerasTensor):
                return value
            shape = list(value.shape)
            shape[:1] = [batch if length is None else length for length in shape[:1]]
            name = f"{layer.name}_input_{len(inputs)}"
            inputs.append(keras.Input(batch_shape=shape, dtype=value.dtype, name=name))
            return inputs[-1]

        args, kwargs = keras.tree.map_structure(new_tensor, (tuple(arguments), dict(keywords)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the first call has shown them
                found = _call(layer)(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - any error of the user's own code
            # Code that asks for the length of the batch gets none the second time.
            reasons.append(
                str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            )
            continue
        outputs = keras.tree.flatten(found)
        if all(isinstance(output, keras.KerasTensor) for output in outputs):
            return inputs, outputs, batch is not None
        reasons.append("it returns something other than tensors")
    raise NotOpenedError(reasons[-1])


def _call(layer: Any) -> Callable[..., Any]:
    if isinstance(layer, keras.layers.TimeDistributed):
        return lambda x, *_, **__: _for_each_step(layer, x)
    parameters = inspect.signature(layer.call).parameters

    def call(*args: Any, **kwargs: Any) -> Any:
        if "training" in parameters:
            kwargs["training"] = False
        return layer.call(*args, **kwargs)

    return call


def _for_each_step(layer: Any, x: Any) -> Any:
    """Calls a wrapped layer once, with the steps as part of the batch."""
    steps, *shape = x.shape[1:]
    if steps is None or None in shape:
        raise ValueError("the number of its steps or the size of their maps is not known")
    y = layer.layer(ops.reshape(x, (-1, *shape)))
    return ops.reshape(y, (-1, steps, *y.shape[1:]))


@contextmanager
def _left_as_it_was(layers: list[Any]) -> Iterator[None]:
    """A scope after which layers have the attributes and nodes that they had before."""
    attributes = [dict(vars(layer)) for layer in layers]
    lists = [
        (nodes, len(nodes))
        for layer in layers
        for nodes in (getattr(layer, "_inbound_nodes", []), getattr(layer, "_outbound_nodes", []))
    ]
    try:
        yield
    finally:
        for nodes, count in lists:
            del nodes[count:]
        for layer, before in zip(layers, attributes, strict=True):
            now = vars(layer)
            for name in [name for name in now if name not in before]:
                del now[name]
            now.update({name: old for name, old in before.items() if now.get(name) is not old})
