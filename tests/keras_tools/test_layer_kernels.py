"""The kernels of a layer, read as operators, make up the operator of the layer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import FrameRegularizer, GradientMaskConv2D, GradientMaskSeparableConv2D
from keras_lateral.keras_tools.layer_kernels import LayerKernel, layer_kernels
from tests.backends import fewer, to_numpy
from tests.operators import Layer, operator

PLAIN: dict[str, Any] = {"use_bias": False}
MASK: dict[str, Any] = {"use_bias": False, "sigma": 0.8}

CASES: list[tuple[Any, tuple[int, ...]]] = [
    (layers.Dense(3, **PLAIN), (4,)),
    (layers.Conv1D(4, 3, strides=2, groups=2, padding="causal", **PLAIN), (7, 4)),
    (layers.Conv2D(3, (2, 3), strides=(2, 1), padding="same", **PLAIN), (5, 4, 2)),
    (layers.Conv2D(4, 3, dilation_rate=(1, 2), groups=2, **PLAIN), (5, 6, 4)),
    (layers.Conv3D(2, 2, strides=2, **PLAIN), (4, 4, 4, 2)),
    (layers.DepthwiseConv1D(3, strides=2, depth_multiplier=2, **PLAIN), (7, 2)),
    (layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", **PLAIN), (6, 5, 2)),
    (layers.SeparableConv1D(3, 3, strides=2, padding="same", **PLAIN), (7, 2)),
    (layers.SeparableConv2D(3, 2, depth_multiplier=2, **PLAIN), (4, 5, 2)),
    (layers.Conv1DTranspose(2, 3, strides=2, **PLAIN), (4, 3)),
    (layers.Conv2DTranspose(2, (3, 2), strides=(2, 1), padding="same", **PLAIN), (3, 3, 3)),
    (layers.Conv3DTranspose(2, 2, strides=2, **PLAIN), (2, 2, 2, 1)),
    (GradientMaskConv2D(3, 2, strides=2, **MASK), (4, 5, 2)),
    (GradientMaskSeparableConv2D(3, 2, **MASK), (4, 4, 2)),
]


def operator_of(kernel: LayerKernel, lengths: tuple[int, ...], padding: str) -> np.ndarray:
    """The explicit operator of a kernel, from its geometry alone."""
    geometry, shape = kernel.geometry, tuple(kernel.variable.shape)
    *taps, first, second = shape
    inputs, outputs = {
        "dense": (first, second),
        "convolution": (first * geometry.groups, second),
        "depthwise": (first, first * second),
        "transposed": (second, first),
    }[geometry.kind]
    steps = [
        value if isinstance(value, tuple) else (value,) * len(taps)
        for value in (geometry.strides, geometry.dilation_rate)
    ]
    layer = Layer(geometry.kind, tuple(taps), inputs, outputs, *steps, geometry.groups)
    return operator(layer, to_numpy(kernel.variable.value), lengths, padding)


@pytest.mark.parametrize(
    ("layer", "shape"), fewer(CASES), ids=lambda value: getattr(value, "name", "")
)
def test_kernels_make_up_the_operator_of_the_layer(layer: Any, shape: tuple[int, ...]) -> None:
    layer.build((None, *shape))
    first, *second = layer_kernels(layer)
    W = operator_of(first, shape[:-1], getattr(layer, "padding", "valid"))
    if second:
        (pointwise,) = second
        lengths = layer.compute_output_shape((None, *shape))[1:-1]
        W = operator_of(pointwise, lengths, "valid") @ W
    size = int(np.prod(shape))
    vectors = np.eye(size, dtype="float32").reshape(size, *shape)
    expected = to_numpy(layer(ops.convert_to_tensor(vectors))).reshape(size, -1).T
    np.testing.assert_allclose(W, expected, atol=1e-6)


@pytest.mark.parametrize(("layer", "shape"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_kernels_are_all_variables_of_rank_two_and_above(layer: Any, shape: Any) -> None:
    if not layer.built:
        layer.build((None, *shape))
    assert [id(k.variable) for k in layer_kernels(layer)] == [id(w) for w in layer.weights]


def test_labels_name_the_kernel_where_a_layer_has_two() -> None:
    conv = layers.Conv2D(3, 2, name="conv")
    separable = layers.SeparableConv2D(3, 2, name="separable")
    labels = [kernel.label for layer in (conv, separable) for kernel in layer_kernels(layer)]
    assert labels == ["conv", "separable/depthwise", "separable/pointwise"]


@pytest.mark.parametrize("built", [False, True])
def test_regularizer_is_the_one_given_or_the_one_in_force(built: bool) -> None:
    first, second = FrameRegularizer(), FrameRegularizer()
    layer = layers.SeparableConv2D(3, 2, depthwise_regularizer=first, pointwise_regularizer=second)
    if built:
        layer.build((None, 4, 4, 2))
    assert [kernel.regularizer for kernel in layer_kernels(layer)] == [first, second]
    assert [kernel.regularizer_name for kernel in layer_kernels(layer)] == [
        "depthwise_regularizer",
        "pointwise_regularizer",
    ]
    if built:
        layer_kernels(layer)[0].variable.regularizer = None
        assert layer_kernels(layer)[0].regularizer is None


@pytest.mark.parametrize(
    "layer",
    [
        layers.BatchNormalization(),
        layers.Embedding(3, 2),
        layers.LSTM(2),
        layers.MultiHeadAttention(2, 2),
        layers.EinsumDense("ab,bc->ac", 2),
        layers.ReLU(),
        keras.Sequential([layers.Dense(2)]),
    ],
    ids=lambda layer: layer.name,
)
def test_other_layers_have_no_kernels(layer: Any) -> None:
    assert layer_kernels(layer) == []
