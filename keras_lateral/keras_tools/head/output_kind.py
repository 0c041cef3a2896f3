"""What a model ends in: a softmax, a sigmoid, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.model_graph import is_graph, model_graph
from keras_lateral.keras_tools.replaced import Replaced

Kind = Literal["softmax", "sigmoid", "logits"]


@dataclass(frozen=True)
class Ending:
    """The end of a model.

    Args:
        kind: What it ends in; `None` if that is not known.
        bypassed: The layers or operations without whose activation the model returns logits.
        name: The last layer, for messages.
    """

    kind: Kind | None
    bypassed: tuple[Any, ...] = ()
    name: str = ""


Steps = Mapping[int, tuple[Any, Sequence[int]]]
"""By the key of each tensor: the operation that it comes from, and the keys of its inputs."""


def ending_of(model: keras.Model, forward: Callable[[], Any]) -> Ending:
    """Returns what a model ends in, by its layers and not by values.

    It is read from the graph, through nested models and reshapes. Where code calls the layers,
    in subclassed models and layers made of layers, they are watched in one forward pass.

    Args:
        model: A built model with one output.
        forward: Function that runs the model eagerly in inference mode and returns its output.
    """
    if is_graph(model):
        ending = _from_graph(model)
        if ending.kind is not None:
            return ending
    return _from_calls(model, forward)


def _from_graph(model: keras.Model) -> Ending:
    calls = model_graph(model)
    steps = {i: (call.operation, [i for i, _ in call.sources]) for i, call in enumerate(calls)}
    read = {source for _, sources in steps.values() for source in sources}
    ends = [i for i in steps if i not in read and calls[i].sources]
    return _ending(ends[0], steps) if len(ends) == 1 else Ending(None)


def _from_calls(model: keras.Model, forward: Callable[[], Any]) -> Ending:
    steps: dict[int, tuple[Any, list[int]]] = {}
    kept: list[Any] = []  # so that no other tensor gets the same id

    def watched(operation: Any) -> Callable[..., Any]:
        call = operation.call

        def watched_call(*args: Any, **kwargs: Any) -> Any:
            y = call(*args, **kwargs)
            inputs = [x for x in keras.tree.flatten((args, kwargs)) if hasattr(x, "shape")]
            if all(y is not x for x in inputs):  # dropout returns its very input
                kept.extend([y, *inputs])
                steps.setdefault(id(y), (operation, [id(x) for x in inputs]))  # the innermost
            return y

        return watched_call

    with ExitStack() as stack:
        for operation in _operations(model):
            stack.callback(Replaced(operation, "call", watched(operation)).restore)
        output = forward()
    return _ending(id(output), steps)


def _operations(model: keras.Model) -> list[Any]:
    """Returns all layers of a model, and the operations of functional models in it."""
    layers = list(all_layers(model))
    more = [item for part in (model, *layers) for item in getattr(part, "operations", ())]
    return list({id(item): item for item in (*layers, *more)}.values())


def _ending(key: int, steps: Steps) -> Ending:
    if key not in steps:
        return Ending(None)
    operation, inputs = steps[key]
    kind, name = type(operation).__name__, getattr(operation, "name", "")
    own = _own_activation(operation)
    if own is not None:
        bypassed = () if own == "logits" else (operation,)
        return Ending(own, bypassed, name)
    if kind not in _SAME | _PARTS | _AVERAGES | _COMBINATIONS:
        logits = kind in _ANY_NUMBERS and not hasattr(operation, "activation")
        return Ending("logits" if logits else None, (), name)
    before = [_ending(i, steps) for i in inputs if i in steps]
    kinds = {ending.kind for ending in before}
    if len(kinds) != 1 or (kind in _PARTS and kinds == {"softmax"}):
        return Ending(None, (), name)
    (found,) = kinds
    if kind in _COMBINATIONS and found != "logits":
        return Ending(None, (), name)
    bypassed = tuple(layer for ending in before for layer in ending.bypassed)
    return Ending(found, () if kind in _AVERAGES else bypassed, name)


def _own_activation(operation: Any) -> Kind | None:
    kind, activation = type(operation).__name__, getattr(operation, "activation", None)
    if kind in ("Softmax", "Sigmoid"):
        return "softmax" if kind == "Softmax" else "sigmoid"
    if isinstance(operation, keras.layers.Softmax) or isinstance(activation, keras.layers.Softmax):
        return "softmax"
    if kind == "LogSoftmax" or activation is keras.activations.log_softmax:
        return "logits"
    if activation is keras.activations.linear and not _is_same(operation):
        return "logits"
    known: dict[Any, Kind] = {
        keras.activations.softmax: "softmax",
        keras.activations.sigmoid: "sigmoid",
    }
    return known.get(activation) if callable(activation) else None


def _is_same(operation: Any) -> bool:
    return isinstance(operation, keras.layers.Activation)


@contextmanager
def without_activation(bypassed: Sequence[Any]) -> Iterator[None]:
    """A scope in which the layers of an `Ending` return the input of their activation.

    Example:

    >>> import keras
    >>> head = keras.layers.Activation("softmax")
    >>> with without_activation([head]):
    ...     [float(score) for score in head(keras.ops.convert_to_tensor([1.0, 2.0]))]
    [1.0, 2.0]
    """
    with ExitStack() as stack:
        for layer in bypassed:
            replaced = (
                Replaced(layer, "activation", keras.activations.linear)
                if hasattr(layer, "activation")
                else Replaced(layer, "call", lambda inputs, *args, **kwargs: inputs)
            )
            stack.callback(replaced.restore)
        yield


_SAME = {
    *("Activation", "ActivityRegularization", "Cast", "Copy", "Dropout", "ExpandDims", "Flatten"),
    *("AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity", "Permute", "Reshape"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Squeeze", "StopGradient"),
}
"""Layers and operations that pass numbers on as they are."""

_PARTS = {
    *("Concatenate", "GetItem", "Split", "Max", "Maximum", "Minimum"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
}
"""Those that pass some of them on: their sum may become another."""

_AVERAGES = {
    *("Average", "Mean", "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
    *("GlobalAveragePooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
}
"""Those of probabilities that give probabilities, and of logits logits."""

_COMBINATIONS = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative", "Rescaling"}
"""Those of logits that give logits."""

_ANY_NUMBERS = {
    *("BatchNormalization", "Dot", "Einsum", "GroupNormalization", "LayerNormalization", "Matmul"),
    *("RMSNormalization",),
}
"""Those whose numbers are of any size and sign, so that only logits can be meant."""
