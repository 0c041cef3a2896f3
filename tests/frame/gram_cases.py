"""Layers to compute V of, and the comparison of every entry with the explicit operator's."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.gram.entries import GramEntries
from keras_lateral.frame.gram.kernel_gram import kernel_gram, kernel_gram_entries
from keras_lateral.frame.gram.rows import KernelGram
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import BACKEND, compiled, to_numpy
from tests.operators import (
    Layer,
    Lengths,
    circular_lengths,
    convolution_lengths,
    gram,
    operator,
    rows_of,
    shift,
)

SIDES = ("columns", "rows")
METHODS = ("shifts", "fourier", "pairs")
CLOSE = 1e-10 if BACKEND == "tensorflow" else 2e-5
EXACT = {"rtol": CLOSE, "atol": CLOSE}
"""On JAX and torch, Keras computes in float32 what it is given in float64."""

LAYERS: list[Layer] = [
    # 1-D: even and odd kernels, a stride below, at and above the kernel, dilation with it
    Layer("convolution", (4,), 3, 2, (1,), (1,)),
    Layer("convolution", (5,), 2, 4, (2,), (1,), groups=2),
    Layer("convolution", (2,), 2, 3, (3,), (1,)),
    Layer("convolution", (3,), 1, 2, (2,), (3,)),
    Layer("convolution", (4,), 2, 2, (4,), (2,)),
    Layer("convolution", (3,), 2, 2, (6,), (4,)),
    Layer("depthwise", (4,), 3, 6, (2,), (1,)),
    Layer("transposed", (5,), 3, 2, (3,), (1,)),
    Layer("transposed", (3,), 2, 3, (1,), (2,)),
    # 2-D
    Layer("convolution", (3, 3), 3, 4, (1, 1), (1, 1)),
    Layer("convolution", (1, 1), 3, 2, (1, 1), (1, 1)),
    Layer("convolution", (1, 1), 2, 3, (2, 2), (1, 1)),
    Layer("convolution", (2, 3), 2, 2, (2, 1), (1, 1)),
    Layer("convolution", (3, 2), 4, 4, (1, 1), (2, 1), groups=2),
    Layer("convolution", (3, 3), 2, 5, (2, 2), (1, 1)),
    Layer("convolution", (2, 2), 6, 3, (2, 2), (1, 1), groups=3),
    Layer("convolution", (3, 1), 2, 2, (3, 2), (1, 1)),
    Layer("convolution", (3, 2), 1, 2, (2, 2), (3, 2)),
    Layer("depthwise", (3, 3), 2, 2, (1, 1), (2, 2)),
    Layer("depthwise", (3, 2), 2, 6, (2, 2), (1, 1)),
    Layer("transposed", (3, 3), 2, 3, (2, 2), (1, 1)),
    Layer("transposed", (2, 3), 3, 1, (1, 1), (1, 2)),
    Layer("transposed", (1, 2), 2, 2, (2, 2), (1, 1)),
    # 3-D
    Layer("convolution", (2, 3, 1), 2, 2, (1, 1, 1), (1, 1, 1)),
    Layer("convolution", (2, 2, 3), 2, 2, (2, 1, 2), (1, 1, 1), groups=2),
    Layer("convolution", (2, 1, 2), 1, 2, (1, 1, 1), (2, 1, 2)),
    Layer("transposed", (2, 2, 3), 2, 1, (1, 2, 2), (1, 1, 1)),
    # no spatial axis
    Layer("dense", (), 5, 3, (), ()),
    Layer("dense", (), 3, 5, (), ()),
]
"""Kind, taps, inputs, outputs, strides, dilation."""

A_FEW = [LAYERS[i] for i in (1, 5, 8, 14, 16, 19, 20, 24)]

EVERY = LAYERS if BACKEND != "jax" else [LAYERS[20], LAYERS[24]]
"""JAX compiles each of them separately."""


def name_of(layer: Layer) -> str:
    steps = f"s{layer.strides}d{layer.dilation_rate}g{layer.blocks}"
    return f"{layer.kind}{layer.taps}{layer.inputs}-{layer.outputs}{steps}".replace(" ", "")


def geometry_of(layer: Layer) -> KernelGeometry:
    """The layer's settings in the library's form."""
    if layer.kind == "dense":
        return KernelGeometry("dense")
    groups = layer.groups if layer.kind == "convolution" else 1
    return KernelGeometry(layer.kind, layer.strides, layer.dilation_rate, groups)


def entries_of(layer: Layer, kernel: np.ndarray, **arguments: Any) -> GramEntries:
    """V's entries, as the library computes them; compiled on JAX, where that is faster."""
    return GramEntries(*_run(kernel_gram_entries, layer, kernel, **arguments))


def gram_of(layer: Layer, kernel: np.ndarray, **arguments: Any) -> KernelGram:
    """V's rows, computed in the same way."""
    return KernelGram(*_run(kernel_gram, layer, kernel, **arguments))


def _run(function: Any, layer: Layer, kernel: np.ndarray, **arguments: Any) -> tuple[Any, ...]:
    counts = []

    def call(kernel: Any) -> list[Any]:
        *tensors, count = function(kernel, geometry_of(layer), **arguments)
        counts.append(count)
        return tensors

    mode = "xla" if BACKEND == "jax" else "eager"
    tensors = compiled(call, mode)(ops.convert_to_tensor(kernel))
    return *(to_numpy(tensor) for tensor in tensors), counts[-1]


def side_of_convolution(layer: Layer, side: str) -> str:
    swapped = {"columns": "rows", "rows": "columns"}
    return swapped[side] if layer.kind == "transposed" else side


def blocks_of(layer: Layer, V: np.ndarray, side: str, lengths: Lengths, padding: str) -> np.ndarray:
    """V, sorted: (pixels, groups, *lags, N, N), N the channels of a group.

    On the side of a convolution's inputs, a pixel's neighbour `lag` taps further is D lag pixels
    away; on the side of its outputs, it is the output that reads the same pixel with a tap `lag`
    further: D lag / s back.
    """
    of_inputs = side_of_convolution(layer, side) == "columns"
    inner = convolution_lengths(layer, lengths, padding)
    pixels = inner if of_inputs else _outputs(layer, inner, padding)
    channels = layer.convolution.inputs if of_inputs else layer.convolution.outputs
    N = channels // layer.blocks
    lags = [range(1 - k, k) for k in layer.taps]
    sizes = [2 * k - 1 for k in layer.taps]
    parts = V.reshape(math.prod(pixels), layer.blocks, N, math.prod(pixels), layer.blocks, N)
    found = np.zeros((math.prod(pixels), layer.blocks, *sizes, N, N))
    for row, place in enumerate(product(*map(range, pixels))):
        for lag in product(*lags):
            to = [_neighbour(*axis, of_inputs) for axis in zip(place, lag, layer.axes, strict=True)]
            column = _index(to, pixels, circular=padding == "circular")
            if column is None:
                continue
            where = tuple(d + k - 1 for d, k in zip(lag, layer.taps, strict=True))
            for g in range(layer.blocks):
                found[(row, g, *where)] = parts[row, g, :, column, g, :]
    # What is not listed is zero.
    np.testing.assert_allclose(np.abs(found).sum(), np.abs(V).sum(), rtol=1e-12)
    return found


def _outputs(layer: Layer, lengths: Lengths, padding: str) -> Lengths:
    one = zip(layer.axes, lengths, strict=True)
    return tuple(len(shift(0, axis, length, padding)) for axis, length in one)


def _neighbour(place: int, lag: int, axis: tuple[int, int, int], of_inputs: bool) -> int | None:
    _, s, D = axis
    if of_inputs:
        return place + D * lag
    return None if (D * lag) % s else place - D * lag // s


def _index(place: list[int | None], pixels: Lengths, circular: bool) -> int | None:
    index = 0
    for one, length in zip(place, pixels, strict=True):
        if one is None or not (circular or 0 <= one < length):
            return None
        index = index * length + one % length
    return index


def assert_every_entry(entries: GramEntries, blocks: np.ndarray, per_pixel: float = 1) -> None:
    """Each pixel's rows belong to exactly one class, and each class has as many as it counts."""
    values, counts = entries
    groups, dims = values.shape[0], counts.ndim
    classes = values.reshape(groups, counts.size, *values.shape[1 + dims :])
    assert classes.shape[0] == blocks.shape[1]
    classes = np.moveaxis(classes, 0, 1).reshape(counts.size, -1)
    rows = blocks.reshape(len(blocks), -1)
    rows = rows[np.abs(rows).sum(1) > 0]  # pixels that nothing reaches have no class
    scale = np.abs(rows).max()
    is_of = np.isclose(rows[:, None], classes[None], EXACT["rtol"], EXACT["atol"] * scale).all(-1)
    np.testing.assert_array_equal(is_of.sum(1), 1)
    np.testing.assert_array_equal(is_of.sum(0), per_pixel * counts.reshape(-1))


def assert_rows(found: KernelGram, V: np.ndarray) -> None:
    """Diagonal and radius are those of V, row for row, in any order."""
    repeats = np.broadcast_to(found.counts[:, None], found.diagonal.shape[1:]).reshape(-1)
    ours = np.stack([x.reshape(len(x), -1) for x in found[:2]], -1)
    ours = np.repeat(ours, repeats, axis=1).reshape(-1, 2)
    theirs = np.stack(rows_of(V), -1)
    # A circular map holds its classes several times over.
    assert len(theirs) % len(ours) == 0
    theirs = _sorted(theirs)[:: len(theirs) // len(ours)]
    np.testing.assert_allclose(_sorted(ours), theirs, EXACT["rtol"], EXACT["atol"] * theirs.max())


def _sorted(pairs: np.ndarray) -> np.ndarray:
    """By the diagonal, which rows of the same channel at several places have in common."""
    return pairs[np.lexsort(np.round(pairs, 9 if BACKEND == "tensorflow" else 4).T)]


def circular_gram(layer: Layer, kernel: np.ndarray, side: str) -> np.ndarray:
    return gram(operator(layer, kernel, circular_lengths(layer), "circular"), side)


def some_lengths(layer: Layer, more: int = 1) -> Lengths:
    """Maps of the layer in which some rows are far from the borders if `more` is large enough."""
    spans = [(k - 1) * D + 1 for k, _, D in layer.axes]
    if layer.kind == "transposed":
        return tuple(2 + more - a % 2 for a in range(len(spans)))
    return tuple(span + more + a for a, span in enumerate(spans))


@st.composite
def layers(draw: Any, most_taps: int = 5) -> Layer:
    """Any small layer that a library could have."""
    dims = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["convolution", "convolution", "depthwise", "transposed"]))

    def per_axis(most: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(1, most)) for _ in range(dims))

    taps = per_axis(min(most_taps, (5, 3, 2)[dims - 1]))
    strides, dilation = per_axis(4 - (dims > 1)), per_axis(4 - dims)
    groups = draw(st.integers(1, 3)) if kind == "convolution" else 1
    inputs, outputs = (draw(st.integers(1, 3)) * groups for _ in range(2))
    if kind == "depthwise":
        outputs *= inputs
    return Layer(kind, taps, inputs, outputs, strides, dilation, groups)
