"""The graph of a functional or Sequential model, with nested models unfolded."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import has_layer_graph
from keras_lateral.keras_tools.arguments import Shape

# Keras has no public form of the graph. This file is the only one that reads its private parts, the
# `_keras_history` of a tensor and the `_inbound_nodes` of an operation. It changes nothing.

Source = tuple[int, int]
"""Where a tensor comes from: the index of a call in the graph, and which of its outputs it is."""


@dataclass(frozen=True, eq=False)
class GraphCall:
    """One call of a layer, or of an operation such as `x + y`, within a model.

    Args:
        name: The layer's name; `"outer/inner"` in a nested model, `"name#2"` for a second call.
        operation: The layer or operation.
        sources: Where its input tensors come from, in the order of the arguments.
        input_shapes: Their shapes, batch included; `None` where the graph does not know a length.
        output_shapes: Shapes of its output tensors.
        arguments: Positional arguments of the call, tensors included.
        keywords: Keyword arguments of the call.
    """

    name: str
    operation: Any
    sources: tuple[Source, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)


def model_graph(model: keras.Model) -> list[GraphCall]:
    """Returns the calls of a model, each after those whose outputs it reads.

    Args:
        model: A functional model, or a Sequential one that is built. Nested ones are unfolded;
            any other nested model is one call.

    Raises:
        ValueError: If the model is subclassed or not built.
        RuntimeError: If this version of Keras lacks what is needed.

    Example:

    >>> import keras
    >>> inner = keras.Sequential([keras.Input((8, 1)), keras.layers.Conv1D(2, 3, name="conv")])
    >>> x = keras.Input((8, 1), name="image")
    >>> model = keras.Model(x, keras.layers.ReLU(name="relu")(inner(x)))
    >>> [(call.name.split("/")[-1], call.sources) for call in model_graph(model)]
    [('image', ()), ('conv', ((0, 0),)), ('relu', ((1, 0),))]
    """
    _check_model(model)
    unfolding = _Unfolding()
    unfolding.add(model, None, "")
    return unfolding.calls


def is_graph(model: Any) -> bool:
    """Returns whether a layer is a model whose graph can be read."""
    return has_layer_graph(model) and bool(getattr(model, "built", False) and _tensors(model))


class _Unfolding:
    """Collects the calls, and how often each name was called."""

    def __init__(self) -> None:
        self.calls: list[GraphCall] = []
        self._times: dict[str, int] = {}

    def add(self, model: Any, sources: list[Source] | None, path: str) -> list[Source]:
        """Adds a model's calls and returns where its outputs come from."""
        inputs, outputs = _tensors(model) or ([], [])
        known = {} if sources is None else dict(zip(map(id, inputs), sources, strict=True))
        for node in _nodes(model, inputs, outputs):
            ends = [id(tensor) for tensor in node.outputs]
            if all(end in known for end in ends):
                continue  # an input of a nested model
            starts = [known[id(tensor)] for tensor in node.input_tensors]
            known |= zip(ends, self._call(node, starts, path), strict=True)
        return [known[id(tensor)] for tensor in outputs]

    def _call(self, node: Any, sources: list[Source], path: str) -> list[Source]:
        operation = node.operation
        name = self._name(path + operation.name)
        if is_graph(operation):
            return self.add(operation, sources, name + "/")
        self.calls.append(
            GraphCall(
                name=name,
                operation=operation,
                sources=tuple(sources),
                input_shapes=tuple(tuple(tensor.shape) for tensor in node.input_tensors),
                output_shapes=tuple(tuple(tensor.shape) for tensor in node.outputs),
                arguments=tuple(node.arguments.args),
                keywords=dict(node.arguments.kwargs),
            )
        )
        return [(len(self.calls) - 1, output) for output in range(len(node.outputs))]

    def _name(self, name: str) -> str:
        self._times[name] = times = self._times.get(name, 0) + 1
        return name if times == 1 else f"{name}#{times}"


def _nodes(model: Any, inputs: list[Any], outputs: list[Any]) -> list[Any]:
    """Returns the calls between a model's inputs and outputs in the order of its layers.

    Each comes after those whose outputs it reads.
    """
    operations = getattr(model, "operations", model.layers)
    place = {id(operation): index for index, operation in enumerate(operations)}
    found: dict[int, Any] = {}
    ends = {id(tensor) for tensor in inputs}
    waiting = [_producing_call(tensor) for tensor in [*inputs, *outputs]]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            if not any(id(tensor) in ends for tensor in node.outputs):
                waiting += [_producing_call(tensor) for tensor in node.input_tensors]
    return list(_in_order(found, ends, place))


def _in_order(found: dict[int, Any], ends: set[int], place: dict[int, int]) -> Iterator[Any]:
    missing: dict[int, int] = {}
    readers: dict[int, list[int]] = {}
    ready: list[tuple[int, int, int]] = []
    for count, (key, node) in enumerate(found.items()):
        is_input = any(id(tensor) in ends for tensor in node.outputs)
        read = set() if is_input else {id(_producing_call(tensor)) for tensor in node.input_tensors}
        missing[key] = len(read)
        for source in read:
            readers.setdefault(source, []).append(key)
        if not read:
            heapq.heappush(ready, (_rank(node, place), count, key))
    while ready:
        _, _, key = heapq.heappop(ready)
        yield found[key]
        for count, reader in enumerate(readers.get(key, ())):
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, (_rank(found[reader], place), count, reader))


def _rank(node: Any, place: dict[int, int]) -> int:
    return place.get(id(node.operation), -1)


def _producing_call(tensor: Any) -> Any:
    """Returns the call that a tensor of a graph comes from."""
    try:
        operation, node_index, _ = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        needed = (node.operation, node.outputs, node.input_tensors, node.arguments.args)
    except (AttributeError, TypeError, ValueError) as error:
        raise RuntimeError(
            f"Keras {keras.__version__} stores its graphs in an unknown way, so the order of the "
            f"layers cannot be read: {error}"
        ) from error
    return needed and node


def _tensors(model: Any) -> tuple[list[Any], list[Any]] | None:
    try:
        inputs, outputs = model.inputs, model.outputs
    except AttributeError:
        return None
    return (list(inputs), list(outputs)) if inputs and outputs else None


def _check_model(model: Any) -> None:
    if not isinstance(model, keras.Model) or not has_layer_graph(model):
        raise ValueError(
            "Invalid value for argument `model`. Expected a functional or Sequential model, whose "
            "graph can be read; the layers of a subclassed one are called by code. "
            f"Received: model={model}"
        )
    if not is_graph(model):
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no graph yet. Give it a `keras.Input`, "
            "or call `model.build(input_shape)` first."
        )
