"""All singular values of the explicit operator are the gain."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lateral.frame.delta_orthogonal import delta_orthogonal
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import BACKEND, to_numpy
from tests.frame.gram_cases import geometry_of, layers, name_of
from tests.gradient_mask.filter_cases import CASES
from tests.operators import Layer, circular_lengths, operator


def kernel_of(layer: Layer, gain: float = 1.0, seed: int = 0) -> np.ndarray:
    kernel = delta_orthogonal(layer.kernel_shape, geometry_of(layer), gain=gain, seed=seed)
    return to_numpy(kernel).astype("float64")


def assert_tight(W: np.ndarray, gain: float) -> None:
    """W^T W or W W^T is gain^2 I, but for pixels that no tap reaches."""
    W = W[np.abs(W).sum(1) > 0][:, np.abs(W).sum(0) > 0]
    V = W.T @ W if W.shape[1] <= W.shape[0] else W @ W.T
    np.testing.assert_allclose(V, gain**2 * np.eye(len(V)), atol=2e-5 * gain**2)
    sigma = np.linalg.svd(W, compute_uv=False)
    np.testing.assert_allclose(sigma, gain, rtol=1e-5)


def reached(layer: Layer) -> int:
    """Pixels of a step of the stride that some tap reaches."""
    steps = [s // math.gcd(s, D) for _, s, D in layer.axes]
    return math.prod(min(k, step) for k, step in zip(layer.taps, steps, strict=True))


@pytest.mark.parametrize("layer", CASES, ids=name_of)
def test_operator_is_a_tight_frame(layer: Layer) -> None:
    kernel = kernel_of(layer, gain=1.5)
    W = operator(layer, kernel, circular_lengths(layer), "circular")
    assert_tight(W, 1.5)
    # Its rank is as high as the sizes let it be.
    outputs = layer.convolution.outputs
    rank = min(outputs, layer.convolution.inputs * reached(layer))
    pixels = math.prod(n // s for n, s in zip(circular_lengths(layer), layer.strides, strict=True))
    assert np.linalg.matrix_rank(W) == rank * pixels


@settings(max_examples=2 if BACKEND == "jax" else 80)
@given(layer=layers(), gain=st.floats(0.25, 3), seed=st.integers(0, 99))
def test_operator_of_any_layer_is_a_tight_frame(layer: Layer, gain: float, seed: int) -> None:
    W = operator(layer, kernel_of(layer, gain, seed), circular_lengths(layer), "circular")
    assert_tight(W, gain)


@pytest.mark.parametrize(
    "layer", [case for case in CASES if set(case.dilation_rate) <= {1}], ids=name_of
)
def test_padding_same_keeps_it_up_to_the_borders_of_maps_that_are_whole_in_strides(
    layer: Layer,
) -> None:
    lengths = tuple(2 * (1 if layer.kind == "transposed" else s) for s in layer.strides)
    W = operator(layer, kernel_of(layer), lengths, "same")
    assert_tight(W, 1.0)
    # No pixel is lost that a tap could reach.
    side = 0 if layer.kind == "transposed" else 1
    per_step = layer.convolution.inputs * reached(layer)
    lost = (np.abs(W).sum(1 - side) == 0).sum()
    steps = 2 ** len(layer.taps)
    assert lost == W.shape[side] - per_step * steps


@pytest.mark.parametrize(("size", "tap"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2)])
def test_with_stride_1_one_tap_holds_the_matrix(size: int, tap: int) -> None:
    kernel = kernel_of(Layer("convolution", (size,), 3, 3, (1,), (1,)))
    np.testing.assert_array_equal(np.flatnonzero(np.abs(kernel).sum((1, 2))), [tap])
    np.testing.assert_allclose(kernel[tap] @ kernel[tap].T, np.eye(3), atol=1e-6)


@pytest.mark.parametrize(
    ("size", "stride", "taps"), [(5, 2, [1, 2]), (3, 2, [0, 1]), (2, 3, [0, 1])]
)
def test_with_a_stride_a_block_of_taps_holds_the_matrix(
    size: int, stride: int, taps: list[int]
) -> None:
    kernel = kernel_of(Layer("convolution", (size,), 2, 3, (stride,), (1,)))
    np.testing.assert_array_equal(np.flatnonzero(np.abs(kernel).sum((1, 2))), taps)
    Q = kernel[taps].reshape(-1, 3)
    np.testing.assert_allclose(Q.T @ Q, np.eye(3), atol=1e-6)


def test_groups_are_independent_and_signs_are_even() -> None:
    # A block of one value is +1 or -1: of 400 the sum has a deviation of 20.
    kernel = to_numpy(delta_orthogonal((1, 400, 1), KernelGeometry("depthwise"), seed=0))
    np.testing.assert_allclose(np.abs(kernel), 1, rtol=1e-6)
    assert abs(kernel.sum()) < 80


def test_matrices_are_uniform_among_the_orthogonal_ones() -> None:
    # The entries of a uniform matrix of 4 x 4 have mean 0 and second moment 1/4.
    shape = (1, 4, 4 * 500)
    kernel = to_numpy(delta_orthogonal(shape, KernelGeometry(groups=500), seed=0))
    Q = kernel.reshape(4, 500, 4)
    np.testing.assert_allclose(Q.mean(1), 0, atol=5 * 0.5 / 500**0.5)
    np.testing.assert_allclose((Q**2).mean(1), 0.25, atol=0.06)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", None])
def test_dtype_is_the_one_asked_for(dtype: str | None) -> None:
    kernel = delta_orthogonal((3, 2, 2), dtype=dtype, seed=0)
    assert keras.backend.standardize_dtype(kernel.dtype) == (dtype or "float32")
    middle = to_numpy(kernel).astype("float64")[1]
    atol = {"float16": 2e-3, "bfloat16": 2e-2}.get(str(dtype), 1e-6)
    np.testing.assert_allclose(middle @ middle.T, np.eye(2), atol=atol)


def test_a_seed_repeats_and_another_does_not() -> None:
    layer = Layer("convolution", (3,), 2, 2, (1,), (1,))
    one, same, other = (kernel_of(layer, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`groups`.*groups=2.*\(3, 2, 3\)"):
        delta_orthogonal((3, 2, 3), KernelGeometry(groups=2))
