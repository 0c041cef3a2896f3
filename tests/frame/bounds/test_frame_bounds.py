"""Bounds of Keras' layers are those of the matrix that they apply to unit vectors."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import FrameBounds, FrameBoundsReport, GradientMaskConv2D, frame_bounds
from tests.backends import fewer, to_numpy
from tests.frame.frame_cases import squared

PLAIN: dict[str, Any] = {"use_bias": False}
SAME: dict[str, Any] = {"padding": "same", **PLAIN}

LAYERS: list[tuple[Any, tuple[int, ...]]] = [
    (layers.Conv1D(3, 4, strides=3, **PLAIN), (11, 2)),
    (layers.Conv1D(3, 3, dilation_rate=2, padding="causal", **PLAIN), (9, 3)),
    (layers.Conv2D(4, (3, 2), **SAME), (5, 4, 3)),
    (layers.Conv2D(4, 3, strides=2, groups=2, **SAME), (6, 5, 2)),
    (layers.Conv2D(2, 1, strides=2, **PLAIN), (5, 6, 3)),
    (layers.Conv3D(2, 2, strides=(1, 2, 1), **SAME), (3, 4, 2, 2)),
    (layers.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2, **SAME), (5, 6, 2)),
    (layers.SeparableConv2D(3, 3, depth_multiplier=2, strides=2, **SAME), (5, 4, 2)),
    (layers.SeparableConv1D(4, 3, strides=2, **PLAIN), (7, 3)),
    (layers.Conv2DTranspose(2, 3, strides=2, **PLAIN), (3, 4, 3)),
    (layers.Conv2DTranspose(3, 3, strides=2, **SAME), (4, 3, 2)),
    (layers.Conv1DTranspose(2, 4, strides=3, **SAME), (5, 3)),
    (layers.Dense(3, **PLAIN), (5,)),
    (GradientMaskConv2D(3, 3, **SAME), (4, 5, 2)),
]


def of_unit_vectors(layer: Any, shape: tuple[int, ...]) -> np.ndarray:
    n = int(np.prod(shape))
    images = layer(ops.convert_to_tensor(np.eye(n, dtype="float32").reshape(n, *shape)))
    W = to_numpy(images).reshape(n, -1).T.astype("float64")
    return W[np.abs(W).any(1)][:, np.abs(W).any(0)]


@pytest.mark.parametrize(("layer", "shape"), fewer(LAYERS))
def test_with_zeros_bounds_are_those_of_the_layer_applied_to_unit_vectors(
    layer: Any, shape: tuple[int, ...]
) -> None:
    W = of_unit_vectors(layer, shape)
    expected = squared(W)
    found = frame_bounds(layer, borders="zeros", input_shape=shape[:-1])
    assert found.shape == W.shape
    assert found.error == 0
    rounding = 2e-6 * expected[-1]  # the layer computes in float32
    np.testing.assert_allclose([found.lower, found.upper], expected[[0, -1]], atol=rounding)
    rounding = 1e-12 * expected[-1]  # the bounds are equal to the values for some layers
    assert found.scaled_lower - rounding <= found.lower
    assert found.upper <= found.scaled_upper + rounding


def test_a_ring_is_a_map_padded_by_its_own_opposite_side() -> None:
    conv = layers.Conv2D(3, 3, **PLAIN)
    shape = (4, 5, 2)
    conv.build((None, *shape))
    n = int(np.prod(shape))
    images = np.eye(n, dtype="float32").reshape(n, *shape)
    images = np.pad(images, [(0, 0), (0, 2), (0, 2), (0, 0)], mode="wrap")
    W = to_numpy(conv(ops.convert_to_tensor(images))).reshape(n, -1).T.astype("float64")
    found = frame_bounds(conv, input_shape=(4, 5))
    expected = squared(W)
    np.testing.assert_allclose(
        [found.lower, found.upper], expected[[0, -1]], atol=2e-6 * expected[-1]
    )
    assert found.dead == 0
    assert len(found.spectrum) == 129


def with_kernel(layer: Any, kernel: Any, channels: int = 1) -> Any:
    layer.build((None, *[8] * (np.ndim(kernel) - 2), channels))
    layer.set_weights([np.asarray(kernel, "float32")])
    return layer


def test_two_taps_a_step_apart_have_bounds_0_and_2() -> None:
    kernel = np.array([1, 0, 1]).reshape(3, 1, 1) / np.sqrt(2)
    found = frame_bounds(with_kernel(layers.Conv1D(1, 3, **PLAIN), kernel), input_shape=(8,))
    np.testing.assert_allclose([found.lower, found.upper], [0, 2], atol=1e-7)
    assert found.dead == 2  # frequencies at which both taps cancel
    assert found.condition_number > 1e15


@pytest.mark.parametrize("borders", ["circular", "zeros"])
def test_an_orthogonal_kernel_is_a_tight_frame(borders: Any) -> None:
    kernel = np.zeros((3, 3, 4, 6))
    kernel[1, 1] = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 4)))[0].T
    conv = with_kernel(layers.Conv2D(6, 3, **SAME), kernel, channels=4)
    found = frame_bounds(conv, borders=borders, input_shape=(7, 8))
    np.testing.assert_allclose([found.lower, found.upper], 1, rtol=1e-6)
    assert found.is_tight(1e-6)
    assert found.redundancy == 1.5
    np.testing.assert_allclose([found.scaled_lower, found.scaled_upper], 1, rtol=1e-6)


def test_a_layer_in_a_model_knows_the_size_of_its_maps() -> None:
    conv = layers.Conv2D(3, 3, strides=2, **SAME)
    keras.Sequential([keras.Input((9, 6, 2)), conv])
    assert frame_bounds(conv).map_shape == (10, 6)  # a ring of whole steps
    assert frame_bounds(conv, grid=4).map_shape == (8, 8)
    assert frame_bounds(conv, borders="zeros").map_shape == (9, 6)
    assert frame_bounds(conv, input_shape=(4, 4)).map_shape == (4, 4)


def test_without_a_model_a_ring_has_32_positions() -> None:
    conv = layers.Conv1D(3, 3)
    conv.build((None, None, 2))
    assert frame_bounds(conv).map_shape == (32,)


def test_a_model_gives_a_report_and_a_layer_a_record() -> None:
    model = keras.Sequential([keras.Input((4, 4, 2)), layers.Conv2D(2, 2), layers.Flatten()])
    report = frame_bounds(model)
    assert isinstance(report, FrameBoundsReport)
    assert isinstance(frame_bounds(model.layers[0]), FrameBounds)
    assert report.layers == (frame_bounds(model.layers[0]),)


def test_arguments_for_a_layer_are_refused_for_a_model_and_vice_versa() -> None:
    model = keras.Sequential([keras.Input((4, 4, 2)), layers.Conv2D(2, 2)])
    with pytest.raises(ValueError, match=r"`input_shape`.*give it with a layer"):
        frame_bounds(model, input_shape=(4, 4))
    with pytest.raises(ValueError, match=r"`layers`.*layers of a model.*'conv'"):
        frame_bounds(model.layers[0], layers="conv")
    with pytest.raises(ValueError, match="each of the 2 spatial axes"):
        frame_bounds(model.layers[0], input_shape=(4, 4, 2))
