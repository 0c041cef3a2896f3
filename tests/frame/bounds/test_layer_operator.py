"""A layer's operator is read from its kernel and settings."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import GradientMaskConv2D
from keras_lateral.frame.bounds.layer_operator import layer_operator
from keras_lateral.keras_tools.kernel_geometry import KernelAxis
from tests.backends import to_numpy


def built(layer: Any, channels: int = 4) -> Any:
    layer.build((None, 8, 8, channels))
    return layer


def test_groups_lie_in_front_and_hold_their_own_channels() -> None:
    layer = built(layers.Conv2D(6, (3, 2), strides=2, groups=2, padding="same"))
    one = layer_operator(layer)
    kernel = to_numpy(layer.kernel)
    assert (one.groups, one.inputs, one.outputs, one.padding) == (2, 2, 3, "same")
    assert one.axes == (KernelAxis(3, 2, 1), KernelAxis(2, 2, 1))
    assert one.taps.dtype == "float64"
    np.testing.assert_array_equal(one.taps[1], kernel[..., 3:])
    assert not one.transposed


def test_each_channel_of_a_depthwise_layer_is_a_group() -> None:
    layer = built(layers.DepthwiseConv2D(3, depth_multiplier=2))
    one = layer_operator(layer)
    assert (one.groups, one.inputs, one.outputs) == (4, 1, 2)
    np.testing.assert_array_equal(one.taps[3, :, :, 0], to_numpy(layer.kernel)[:, :, 3])


def test_a_separable_layer_is_one_convolution() -> None:
    layer = built(layers.SeparableConv2D(5, 3, depth_multiplier=2, dilation_rate=2))
    one = layer_operator(layer)
    D, P = (to_numpy(k).astype("float64") for k in (layer.depthwise_kernel, layer.pointwise_kernel))
    expected = np.zeros((3, 3, 4, 5))
    for c in range(4):
        for m in range(2):
            expected[:, :, c] += D[:, :, c, m, None] * P[0, 0, 2 * c + m]
    assert one.axes == 2 * (KernelAxis(3, 1, 2),)
    np.testing.assert_allclose(one.taps[0], expected, rtol=1e-14)


def test_a_transposed_layer_is_read_as_the_convolution_back() -> None:
    one = layer_operator(built(layers.Conv2DTranspose(5, 3, strides=2)))
    assert (one.inputs, one.outputs, one.transposed) == (5, 4, True)


def test_a_dense_layer_has_no_axes() -> None:
    one = layer_operator(built(layers.Dense(3)))
    assert (one.taps.shape, one.axes) == ((1, 4, 3), ())


def test_a_masked_convolution_is_a_convolution() -> None:
    layer = built(GradientMaskConv2D(3, 3))
    np.testing.assert_array_equal(layer_operator(layer).taps[0], to_numpy(layer.kernel))


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "bfloat16", "mixed_float16"])
def test_weights_of_low_precision_are_read_as_they_are(dtype: str) -> None:
    layer = built(layers.Conv2D(3, 3, dtype=dtype))
    taps = layer_operator(layer).taps[0]
    np.testing.assert_array_equal(taps, to_numpy(layer.kernel.value))
    assert taps.dtype == "float64"


def test_what_has_no_known_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a dense layer, a convolution.*BatchNorm"):
        layer_operator(layers.BatchNormalization())
    with pytest.raises(ValueError, match="'late'.*not built"):
        layer_operator(keras.layers.Dense(3, name="late"))


def test_weights_that_are_not_finite_are_refused() -> None:
    layer = keras.layers.Dense(2, kernel_initializer="ones", name="dense")
    layer.build((None, 3))
    layer.kernel.assign(np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match="Layer 'dense' has no frame bounds"):
        layer_operator(layer)


def test_a_quantized_kernel_whose_numbers_mean_something_else_is_refused() -> None:
    layer = keras.layers.Dense(2, name="dense")
    layer.build((None, 4))
    layer.quantize("int8")
    with pytest.raises(ValueError, match=r"'dense' is quantized \(int8\)"):
        layer_operator(layer)
