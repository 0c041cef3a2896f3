"""The graph of a functional or Sequential model, with nested models unfolded."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import has_layer_graph
from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.keras_tools.opened_layer import NotOpenedError, opened

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
        input_number: Index among the model's inputs; `None` for what is no input.
        closed: Why the layer, which was to be opened, could not be; `None` for all others.
    """

    name: str
    operation: Any
    sources: tuple[Source, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    input_number: int | None = None
    closed: str | None = None


def model_graph(
    model: keras.Model, opens: Callable[[Any], bool] = lambda layer: False
) -> list[GraphCall]:
    """Returns the calls of a model, each after those whose outputs it reads.

    Args:
        model: A functional model, or a Sequential one that is built. Nested ones are unfolded;
            any other nested model is one call.
        opens: Says of a layer whether to look inside it: its code is called on tensors without
            values, and the calls that it makes stand in place of its own, as `"block/conv"`.

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
    unfolding = _Unfolding(opens)
    unfolding.add(model, None, "")
    return unfolding.calls


def is_graph(model: Any) -> bool:
    """Returns whether a layer is a model whose graph can be read."""
    return has_layer_graph(model) and bool(getattr(model, "built", False) and _tensors(model))


class _Unfolding:
    """Collects the calls, and how often each name was called."""

    def __init__(self, opens: Callable[[Any], bool]) -> None:
        self.calls: list[GraphCall] = []
        self._opens = opens
        self._times: dict[str, int] = {}

    def add(self, model: Any, sources: list[Source] | None, path: str) -> list[Source]:
        """Adds a model's calls and returns where its outputs come from."""
        inputs, outputs = _tensors(model) or ([], [])
        operations = getattr(model, "operations", model.layers)
        return self._between(inputs, outputs, operations, sources, path)

    def _between(
        self,
        inputs: list[Any],
        outputs: list[Any],
        operations: Any,
        sources: list[Source] | None,
        path: str,
        batch_made_up: bool = False,
    ) -> list[Source]:
        known = {} if sources is None else dict(zip(map(id, inputs), sources, strict=True))
        numbers = {} if known else {id(tensor): n for n, tensor in enumerate(inputs)}
        for node in _nodes(operations, inputs, outputs):
            ends = [id(tensor) for tensor in node.outputs]
            if all(end in known for end in ends):
                continue  # an input of a nested model
            starts = [known[id(tensor)] for tensor in node.input_tensors]
            call = _call_of(node, starts, numbers.get(ends[0]), batch_made_up)
            known |= zip(ends, self._call(call, path), strict=True)
        return [known[id(tensor)] for tensor in outputs]

    def _call(self, call: GraphCall, path: str) -> list[Source]:
        layer = call.operation
        name = self._name(path + layer.name)
        if is_graph(layer):
            return self.add(layer, list(call.sources), name + "/")
        if call.sources and isinstance(layer, keras.layers.Layer) and self._opens(layer):
            try:
                return self._opened(call, name + "/")
            except NotOpenedError as error:
                call = replace(call, closed=str(error))
        self.calls.append(replace(call, name=name))
        return [(len(self.calls) - 1, output) for output in range(len(call.output_shapes))]

    def _opened(self, call: GraphCall, path: str) -> list[Source]:
        with opened(call.operation, call.arguments, call.keywords) as (inputs, outputs, made_up):
            return self._between(inputs, outputs, [], list(call.sources), path, made_up)

    def _name(self, name: str) -> str:
        self._times[name] = times = self._times.get(name, 0) + 1
        return name if times == 1 else f"{name}#{times}"


def _call_of(
    node: Any, sources: list[Source], number: int | None, batch_made_up: bool
) -> GraphCall:
    def shapes(tensors: Any) -> tuple[Shape, ...]:
        found = (tuple(tensor.shape) for tensor in tensors)
        return tuple((None, *shape[1:]) if batch_made_up and shape else shape for shape in found)

    return GraphCall(
        name=node.operation.name,
        operation=node.operation,
        sources=tuple(sources),
        input_shapes=shapes(node.input_tensors),
        output_shapes=shapes(node.outputs),
        arguments=tuple(node.arguments.args),
        keywords=dict(node.arguments.kwargs),
        input_number=number,
    )


def _nodes(operations: Any, inputs: list[Any], outputs: list[Any]) -> list[Any]:
    """Returns the calls between a graph's inputs and outputs in the order of its operations.

    Each comes after those whose outputs it reads.
    """
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
            "graph can be read; the layers of a subclassed one are called by code. Put it into "
            "one: `keras.Model(image, model(image))` with a `keras.Input`. "
            f"Received: model={model}"
        )
    if not is_graph(model):
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no graph yet. Give it a `keras.Input`, "
            "or call `model.build(input_shape)` first."
        )
