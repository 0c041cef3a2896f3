"""The resolution at which each convolution of a model works, and its place in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.keras_tools.model_graph import GraphCall, model_graph

_layers = keras.layers
_DOWN = (
    _layers.Conv1D,
    _layers.Conv2D,
    _layers.Conv3D,
    _layers.DepthwiseConv1D,
    _layers.DepthwiseConv2D,
    _layers.SeparableConv1D,
    _layers.SeparableConv2D,
)
_UP = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_POOLING = (
    _layers.MaxPooling1D,
    _layers.MaxPooling2D,
    _layers.MaxPooling3D,
    _layers.AveragePooling1D,
    _layers.AveragePooling2D,
    _layers.AveragePooling3D,
)
_GLOBAL = tuple(
    getattr(_layers, f"Global{kind}Pooling{axes}D")
    for kind in ("Max", "Average")
    for axes in (1, 2, 3)
)
_UPSAMPLING = (_layers.UpSampling1D, _layers.UpSampling2D, _layers.UpSampling3D)

Strides = tuple[Fraction, ...]


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution of a model, and its place in the graph.

    Args:
        name: Name of the call in the graph.
        layer: The layer.
        kernel: Number of taps along each axis.
        strides: The layer's own strides.
        resolution: Pixels from one of its units to the next.
        after: Names of the pooling layers with strides that it reads with no convolution between.
        path: Length of the longest path through it from an input to an output, in convolutions;
            those with more than one tap count twice.
        is_stem: Whether no convolution comes before it.
        beside: Whether it is a projection of 1 x 1 taps beside the longest path of the model.
    """

    name: str
    layer: Any
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    resolution: Strides
    after: tuple[str, ...]
    path: int
    is_stem: bool
    beside: bool = False

    @property
    def is_strided(self) -> bool:
        """Whether it lowers the resolution."""
        return max(self.strides) > 1


def convolutions(model: keras.Model) -> list[Convolution]:
    """Returns a model's convolutions in the graph's order, those inside layers included.

    A transposed convolution is one if its stride is 1: then it is a convolution with the kernel
    turned. What acts on a map of one unit is a dense layer by another name, and not listed.

    Raises:
        ValueError: If the model is subclassed or not built, or a layer that holds convolutions
            cannot be looked into.
    """
    graph = model_graph(model, _holds_convolutions)
    _check_open(graph)
    before, after = _paths_before(graph), _paths_after(graph)
    longest = max(map(sum, zip(before, after, map(_length_of_call, graph), strict=True)), default=0)
    resolutions: list[Strides] = []
    pools: list[frozenset[str]] = []  # read with no convolution between
    found = []
    for index, call in enumerate(graph):
        layer = _unwrapped(call.operation)
        sources = [source for source, _ in call.sources]
        before_it = _met([resolutions[source] for source in sources], call)
        resolution = before_it if _pools_all(call) else _product(before_it, _own_stride(layer))
        seen = frozenset[str]().union(*(pools[source] for source in sources))
        if _is_convolution(layer) and not _on_one_unit(call):
            path = before[index] + _path_length(layer) + after[index]
            found.append(
                Convolution(
                    name=call.name,
                    layer=call.operation,
                    kernel=tuple(layer.kernel_size),
                    strides=tuple(layer.strides),
                    resolution=resolution,
                    after=tuple(sorted(seen)),
                    path=path,
                    is_stem=not before[index],
                    beside=path < longest and max(layer.kernel_size) == 1,
                )
            )
        if isinstance(layer, _POOLING) and max(_own_stride(layer)) > 1:
            seen |= {call.name}
        resolutions.append(resolution)
        ends = isinstance(layer, _DOWN + _UP) or _pools_all(call)
        pools.append(frozenset() if ends else seen)
    return found


def _holds_convolutions(layer: Any) -> bool:
    """Returns whether convolutions are inside a layer that is none itself."""
    if isinstance(_unwrapped(layer), _DOWN + _UP):
        return False
    return any(isinstance(own, _DOWN + _UP) for own in all_layers(layer))


def _check_open(graph: list[GraphCall]) -> None:
    closed = [call for call in graph if call.closed]
    if closed:
        names = "; ".join(
            f"{call.name} ({type(call.operation).__name__}): {call.closed}" for call in closed
        )
        raise ValueError(
            "The convolutions inside these layers cannot be placed in the model's graph, because "
            f"the layers' code does not run without values: {names}. Name the layers you mean "
            "instead of a rule."
        )


def _is_convolution(layer: Any) -> bool:
    if isinstance(layer, _UP):
        return max(_tuple(layer.strides)) == 1
    return isinstance(layer, _DOWN)


def _length_of_call(call: GraphCall) -> int:
    return _path_length(_unwrapped(call.operation))


def _map_lengths(call: GraphCall, shape: Shape) -> Shape:
    """Returns the lengths of a tensor along the spatial axes of the layer that is called."""
    layer = _unwrapped(call.operation)
    first = getattr(layer, "data_format", None) == "channels_first"
    axes = len(_own_stride(layer))
    return shape[-axes:] if first else shape[-1 - axes : -1]


def _pools_all(call: GraphCall) -> bool:
    """Returns whether the call makes one unit of a map: it is global pooling by any name."""
    layer = _unwrapped(call.operation)
    if isinstance(layer, _POOLING):
        return set(_map_lengths(call, call.output_shapes[0])) == {1}
    return isinstance(layer, _GLOBAL)


def _on_one_unit(call: GraphCall) -> bool:
    return set(_map_lengths(call, call.input_shapes[0])) == {1}


def _paths_before(graph: list[GraphCall]) -> list[int]:
    """Returns the length of the longest path from an input to each call."""
    before: list[int] = []
    for call in graph:
        paths = [
            before[source] + _path_length(_unwrapped(graph[source].operation))
            for source, _ in call.sources
        ]
        before.append(max(paths, default=0))
    return before


def _paths_after(graph: list[GraphCall]) -> list[int]:
    """Returns the length of the longest path from each call to an output."""
    after = [0] * len(graph)
    for index in reversed(range(len(graph))):
        call = graph[index]
        own = _path_length(_unwrapped(call.operation))
        for source, _ in call.sources:
            after[source] = max(after[source], after[index] + own)
    return after


def _path_length(layer: Any) -> int:
    """Returns what a layer adds to a path: a 1 x 1 projection less than a wider convolution."""
    return 1 + (max(layer.kernel_size) > 1) if isinstance(layer, _DOWN + _UP) else 0


def _own_stride(layer: Any) -> Strides:
    if isinstance(layer, _DOWN + _POOLING):
        return tuple(map(Fraction, _tuple(layer.strides)))
    if isinstance(layer, _UP + _UPSAMPLING):
        factors = layer.strides if isinstance(layer, _UP) else layer.size
        return tuple(Fraction(1, factor) for factor in _tuple(factors))
    return ()


def _met(strides: Sequence[Strides], call: GraphCall) -> Strides:
    """Returns the resolution at which paths meet.

    Where they differ, one of them has lowered it in a way that is not known, such as a slice. But
    attention keeps that of its queries, whatever lowers that of its keys and values.
    """
    axes = max(map(len, strides), default=0)
    known = [stride for stride in strides if len(stride) == axes]
    attends = isinstance(call.operation, _layers.MultiHeadAttention)
    attends |= type(call.operation).__name__ in ("Matmul", "Einsum")
    return tuple((min if attends else max)(column) for column in zip(*known, strict=True))


def _product(before: Strides, own: Strides) -> Strides:
    """Returns the product per axis, where unknown strides are 1."""
    axes = max(len(before), len(own))
    ones = (Fraction(1),) * axes
    pairs = zip((*before, *ones)[:axes], (*own, *ones)[:axes], strict=True)
    return tuple(a * b for a, b in pairs)


def _unwrapped(layer: Any) -> Any:
    while isinstance(layer, _layers.Wrapper):
        layer = layer.layer
    return layer


def _tuple(value: Any) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)
