"""The explicit operators of `tests.operators` are what Keras' layers do to unit vectors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from tests.backends import BACKEND, fewer, to_numpy
from tests.operators import (
    Layer,
    circular_lengths,
    convolution_lengths,
    gram,
    operator,
    penalty,
    penalty_gradient,
    rows_of,
    shift,
)

DTYPE, CLOSE = ("float64", 1e-12) if BACKEND == "tensorflow" else ("float32", 1e-6)
"""On JAX and torch, Keras computes in float32 what it is given in float64."""

CONVOLUTIONS = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}
DEPTHWISE = {1: layers.DepthwiseConv1D, 2: layers.DepthwiseConv2D}
TRANSPOSED = {1: layers.Conv1DTranspose, 2: layers.Conv2DTranspose, 3: layers.Conv3DTranspose}

CASES: list[tuple[Layer, Any, str]] = [
    (Layer("convolution", (4,), 3, 2, (1,), (1,)), (7,), "valid"),
    (Layer("convolution", (4,), 3, 2, (3,), (1,)), (8,), "same"),
    (Layer("convolution", (3,), 4, 2, (2,), (1,), groups=2), (7,), "causal"),
    (Layer("convolution", (2,), 2, 3, (1,), (3,)), (9,), "causal"),
    (Layer("depthwise", (4,), 3, 6, (2,), (1,)), (9,), "same"),
    (Layer("transposed", (5,), 3, 2, (3,), (1,)), (3,), "valid"),
    (Layer("transposed", (4,), 3, 2, (1,), (1,)), (4,), "same"),
    (Layer("convolution", (3, 3), 2, 3, (1, 1), (1, 1)), (5, 4), "same"),
    (Layer("convolution", (3, 3), 2, 3, (2, 2), (1, 1)), (6, 7), "valid"),
    (Layer("convolution", (2, 3), 2, 2, (2, 1), (1, 1)), (5, 4), "same"),
    (Layer("convolution", (3, 2), 4, 6, (1, 1), (2, 1), groups=2), (6, 4), "same"),
    (Layer("convolution", (1, 1), 2, 3, (2, 2), (1, 1)), (3, 4), "valid"),
    (Layer("depthwise", (3, 3), 2, 2, (1, 1), (2, 2)), (6, 5), "same"),
    (Layer("depthwise", (3, 2), 2, 6, (2, 2), (1, 1)), (5, 5), "valid"),
    (Layer("transposed", (3, 3), 2, 3, (2, 2), (1, 1)), (3, 2), "same"),
    (Layer("transposed", (3, 3), 2, 3, (2, 2), (1, 1)), (3, 2), "valid"),
    (Layer("transposed", (1, 2), 2, 1, (2, 3), (1, 1)), (2, 2), "valid"),
    (Layer("transposed", (2, 3), 2, 3, (1, 2), (1, 1)), (3, 3), "same"),
    (Layer("transposed", (2, 3), 3, 1, (1, 1), (1, 2)), (4, 3), "same"),
    (Layer("transposed", (2, 3), 3, 1, (1, 1), (2, 1)), (4, 3), "valid"),
    (Layer("convolution", (2, 3, 1), 2, 2, (2, 1, 2), (1, 1, 1)), (4, 3, 3), "same"),
    (Layer("convolution", (2, 2, 2), 2, 2, (1, 1, 1), (1, 1, 1)), (3, 4, 3), "valid"),
    (Layer("transposed", (2, 1, 3), 2, 1, (1, 2, 2), (1, 1, 1)), (2, 2, 2), "valid"),
    (Layer("dense", (), 4, 3, (), ()), (), "valid"),
]


def keras_layer(layer: Layer, padding: str) -> keras.layers.Layer:
    common: dict[str, Any] = {"use_bias": False, "dtype": DTYPE}
    if layer.kind == "dense":
        return layers.Dense(layer.outputs, **common)
    common |= {
        "kernel_size": layer.taps,
        "strides": layer.strides,
        "dilation_rate": layer.dilation_rate,
        "padding": padding,
    }
    dims = len(layer.taps)
    if layer.kind == "depthwise":
        return DEPTHWISE[dims](depth_multiplier=layer.outputs // layer.inputs, **common)
    if layer.kind == "transposed":
        return TRANSPOSED[dims](layer.outputs, **common)
    return CONVOLUTIONS[dims](layer.outputs, groups=layer.groups, **common)


def applied_to_unit_vectors(
    layer: Layer, kernel: np.ndarray, lengths: Any, padding: str
) -> np.ndarray:
    made = keras_layer(layer, padding)
    made.build((None, *lengths, layer.inputs))
    (variable,) = made.trainable_variables
    assert tuple(variable.shape) == layer.kernel_shape
    variable.assign(kernel)
    size = int(np.prod(lengths)) * layer.inputs
    vectors = np.eye(size).reshape(size, *lengths, layer.inputs)
    return to_numpy(made(ops.convert_to_tensor(vectors.astype(DTYPE)))).reshape(size, -1).T


@pytest.mark.parametrize(("layer", "lengths", "padding"), fewer(CASES))
def test_operator_is_what_the_layer_does(layer: Layer, lengths: Any, padding: str) -> None:
    if BACKEND == "tensorflow" and layer.kind == "transposed" and max(layer.dilation_rate) > 1:
        pytest.skip("TensorFlow computes no dilated transposed convolution on a processor")
    kernel = layer.random_kernel()
    found = operator(layer, kernel, lengths, padding)
    expected = applied_to_unit_vectors(layer, kernel, lengths, padding)
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("side", ["columns", "rows"])
@pytest.mark.parametrize(
    "layer",
    [
        Layer("convolution", (4,), 1, 2, (1,), (3,)),
        Layer("convolution", (3,), 2, 2, (2,), (1,)),
        Layer("convolution", (2, 3), 1, 2, (2, 1), (1, 1)),
        Layer("depthwise", (3, 3), 2, 4, (2, 2), (1, 1)),
        Layer("transposed", (3,), 2, 2, (2,), (1,)),
    ],
)
def test_rows_of_a_torus_are_those_far_from_all_borders(layer: Layer, side: str) -> None:
    kernel = layer.random_kernel()
    # So long that in the middle there is a whole period of rows that no border reaches.
    lengths = tuple(4 * length + 1 for length in circular_lengths(layer))
    V = gram(operator(layer, kernel, lengths, "valid"), side)
    middle = middle_of(layer, side, lengths)
    v, r = (x[middle] for x in (np.diag(V), np.abs(V).sum(1) - np.diag(V)))
    far = {tuple(pair) for pair in np.round(np.stack([v, r], 1), 6) if pair.any()}
    torus = gram(operator(layer, kernel, circular_lengths(layer), "circular"), side)
    pairs = np.round(np.stack(rows_of(torus), 1), 6)
    assert far == {tuple(pair) for pair in pairs}


def middle_of(layer: Layer, side: str, lengths: Any) -> np.ndarray:
    """Rows of the pixels in the middle of a map, a few periods of the stride."""
    of_inputs = (side == "columns") != (layer.kind == "transposed")
    pixels = convolution_lengths(layer, lengths, "valid")
    if not of_inputs:
        every = zip(pixels, layer.axes, strict=True)
        pixels = tuple(len(shift(0, axis, length, "valid")) for length, axis in every)
    channels = layer.convolution.inputs if of_inputs else layer.convolution.outputs
    near = np.ones(pixels, bool)
    for axis, length in enumerate(pixels):
        place = np.abs(np.arange(length) - length // 2) <= max(layer.strides)
        near &= place.reshape([-1 if a == axis else 1 for a in range(len(pixels))])
    return np.repeat(near.reshape(-1), channels)


@pytest.mark.parametrize("side", ["columns", "rows"])
@pytest.mark.parametrize("padding", ["circular", "same"])
@pytest.mark.parametrize(
    "layer",
    [
        Layer("convolution", (3, 2), 4, 6, (1, 2), (2, 1), groups=2),
        Layer("depthwise", (3, 3), 2, 4, (2, 2), (1, 1)),
        Layer("transposed", (3, 3), 2, 3, (2, 2), (1, 1)),
        Layer("dense", (), 4, 3, (), ()),
    ],
)
def test_gradient_of_the_penalty_is_its_finite_difference(
    layer: Layer, padding: str, side: str
) -> None:
    kernel, step = layer.random_kernel(), layer.random_kernel(seed=1)
    circular = padding == "circular"
    lengths = circular_lengths(layer) if circular else (4, 3)[: len(layer.taps)]

    def value(kernel: np.ndarray) -> float:
        return penalty(operator(layer, kernel, lengths, padding), side, A=0.5, B=2.0)

    gradient = penalty_gradient(layer, kernel, lengths, padding, side, A=0.5, B=2.0)
    difference = (value(kernel + 1e-6 * step) - value(kernel - 1e-6 * step)) / 2e-6
    np.testing.assert_allclose((gradient * step).sum(), difference, rtol=1e-6)
