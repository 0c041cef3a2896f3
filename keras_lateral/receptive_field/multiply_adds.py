"""The multiplications with a kernel, and additions, that each call of a layer costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.keras_tools.attaching.followed_layer import own_config
from keras_lateral.keras_tools.model_graph import GraphCall

_layers = keras.layers
_SEPARABLE = (_layers.SeparableConv1D, _layers.SeparableConv2D)
_PLAIN = (
    *(_layers.Conv1D, _layers.Conv2D, _layers.Conv3D),
    *(_layers.DepthwiseConv1D, _layers.DepthwiseConv2D),
)
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_RECURRENT = (_layers.LSTM, _layers.GRU, _layers.SimpleRNN)

Lengths = tuple[int | None, ...]


def multiply_adds(
    graph: Sequence[GraphCall], shapes: Sequence[Sequence[Lengths]]
) -> list[int | None]:
    """Returns the multiply-adds of each call for one image; `None` where they are not known.

    Products with kernels and of tensors with each other are counted: a convolution's weights once
    for each position of its output (of its input, if transposed), a dense layer's once for each
    position, attention with its projections and both products. A multiply-add is one
    multiplication and one addition, 2 FLOPs. Biases, normalization, activations, pooling and
    resizing count as 0. Zeros of a padding count as if they were multiplied.

    Args:
        graph: The calls of a model.
        shapes: For each call the shapes of its outputs, with the lengths that are known.
    """
    counts: list[int | None] = []
    images: list[int | None] = []  # by how much a reshape has made the batch larger
    for call in graph:
        before = [shapes[source][output] for source, output in call.sources]
        factors = [images[source] for source, _ in call.sources]
        factor = None if None in factors else max(map(_known, factors), default=1)
        own = _own(call, before, shapes[len(images)][0]) if before else 0
        # Without a count of its own the call costs nothing, whatever the batch.
        counts.append(0 if own == 0 else _times(own, factor))
        if before and type(call.operation).__name__ == "Reshape":
            factor = _after_reshape(factor, before[0], shapes[len(images)][0])
        images.append(factor)
    return counts


def _own(call: GraphCall, before: list[Lengths], after: Lengths) -> int | None:
    layer = call.operation
    while isinstance(layer, _layers.Wrapper):
        layer = getattr(layer, "layer", None)
    if isinstance(layer, _SEPARABLE):
        weights = _weights(layer.depthwise_kernel) + _weights(layer.pointwise_kernel)
        return _times(weights, _positions(after, layer.pointwise_kernel.shape[-1]))
    if isinstance(layer, _PLAIN):
        kernel = layer.kernel
        channels = math.prod(kernel.shape[-2:]) if hasattr(layer, "depth_multiplier") else None
        return _times(_weights(kernel), _positions(after, channels or kernel.shape[-1]))
    if isinstance(layer, (*_TRANSPOSED, _layers.Dense)):
        inputs = layer.kernel.shape[-1 if isinstance(layer, _TRANSPOSED) else 0]
        return _times(_weights(layer.kernel), _positions(before[0], inputs))
    if isinstance(layer, _layers.MultiHeadAttention):
        return _of_attention(layer, before, after)
    if isinstance(layer, _RECURRENT) and layer is call.operation:
        weights = _weights(layer.cell.kernel) + _weights(layer.cell.recurrent_kernel)
        return _times(weights, before[0][1])
    if isinstance(layer, _layers.EinsumDense):
        return _of_equation(layer.equation, [before[0], tuple(layer.kernel.shape)])
    return _of_other(layer, call, before)


def _of_other(layer: Any, call: GraphCall, before: list[Lengths]) -> int | None:
    if isinstance(layer, keras.layers.Layer):
        kernels = [weight for weight in layer.weights if len(weight.shape) > 1]
        # A table of an embedding is read, not multiplied.
        return None if kernels and not isinstance(layer, _layers.Embedding) else 0
    kind = type(layer).__name__
    if kind not in ("Matmul", "Einsum"):
        return 0
    values = [*call.arguments, *call.keywords.values()]
    tensors = [tuple(own.shape) for own in values if hasattr(own, "shape")]
    shapes = before if len(tensors) == len(before) else tensors
    if kind == "Einsum":
        return _of_equation(layer.subscripts, shapes)
    columns = shapes[1][-1] if len(shapes[1]) > 1 else 1
    first = shapes[0] if len(shapes[0]) >= len(shapes[1]) else (*shapes[1][:-2], *shapes[0][-2:])
    return _times(columns, _product(first[1:]))


def _of_equation(equation: str, shapes: Sequence[Lengths]) -> int | None:
    """Returns the product of the lengths of all labels, without that of the batch."""
    inputs, _, output = equation.replace(" ", "").partition("->")
    lengths: dict[str, int | None] = {}
    for labels, shape in zip(inputs.split(","), shapes, strict=False):
        head, dots, tail = labels.partition("...")
        count = len(shape) - len(head) - len(tail)
        names = [*head, *(f"...{at - count}" for at in range(count if dots else 0)), *tail]
        lengths |= dict(zip(names, shape, strict=True))
        if shape is shapes[0] and dots:
            output = output.replace("...", "")
    batch = next(iter(lengths))
    return _product([length for label, length in lengths.items() if label != batch])


def _of_attention(layer: Any, before: list[Lengths], after: Lengths) -> int | None:
    config = own_config(layer)
    heads, key = config["num_heads"], config["key_dim"]
    value = config["value_dim"] or key
    query, values, *others = before if len(before) > 1 else before * 2
    keys = others[0] if others and len(others[0]) == len(values) else values
    axes = [axis % len(query) for axis in _axes(config.get("attention_axes"), len(query))]
    T, S = (_product([shape[axis] for axis in axes]) for shape in (query, values))
    apart = _product([n for axis, n in enumerate(query[:-1]) if axis and axis not in axes])
    parts = [
        _product([*query[1:], heads * key]),
        _product([*keys[1:], heads * key]),
        _product([*values[1:], heads * value]),
        _product([apart, T, S, heads * (key + value)]),
        _product([*query[1:-1], heads * value, after[-1]]),
    ]
    return None if None in parts else sum(map(_known, parts))


def _axes(given: Any, rank: int) -> Sequence[int]:
    if given is None:
        return range(1, rank - 1)
    return (given,) if isinstance(given, int) else tuple(given)


def _weights(kernel: Any) -> int:
    return math.prod(kernel.shape)


def _positions(shape: Lengths, channels: int) -> int | None:
    values = _product(shape[1:])
    return None if values is None else values // channels


def _after_reshape(factor: int | None, before: Lengths, after: Lengths) -> int | None:
    old, new = _product(before[1:]), _product(after[1:])
    return None if factor is None or old is None or not new else max(1, factor * old // new)


def _product(lengths: Sequence[int | None]) -> int | None:
    return None if None in lengths else math.prod(map(_known, lengths))


def _times(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a * b


def _known(length: int | None) -> int:
    return length or 0
