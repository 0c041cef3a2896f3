"""||W W^T - I||^2, against the explicit operator and against self-convolution."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.rivals.orthogonal_convolution import orthogonal_convolution
from keras_lateral.frame.rivals.soft_orthogonality import soft_orthogonality
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import to_numpy
from tests.frame.gram_cases import A_FEW, METHODS, SIDES, geometry_of, name_of
from tests.gradient_mask.filter_cases import CASES, CLOSE, value_and_gradient, values
from tests.operators import Layer, circular_lengths, convolution_lengths, gram, operator

UNDILATED = [layer for layer in CASES if set(layer.dilation_rate) <= {1} and layer.kind != "dense"]


def distance_of_operator(layer: Layer, kernel: np.ndarray, side: str) -> float:
    """||V - I||^2 per output pixel of the convolution, pixels that no tap reaches left out."""
    lengths = circular_lengths(layer)
    V = gram(operator(layer, kernel, lengths, "circular"), side)
    reached = np.abs(V).sum(1) > 0
    inner = convolution_lengths(layer, lengths, "circular")
    pixels = math.prod(n // s for n, s in zip(inner, layer.strides, strict=True))
    return float(np.linalg.norm(V - np.diag(reached.astype(float))) ** 2 / pixels)


def self_convolution(layer: Layer, kernel: np.ndarray, published: bool) -> float:
    """||Conv(K, K, stride = s, padding = P) - I_0||^2, product by product."""
    spread = np.zeros((*layer.taps, layer.convolution.inputs, layer.convolution.outputs))
    for p in np.ndindex(*layer.taps):
        spread[p] = layer.matrix_of_tap(kernel, p).T
    strides = layer.strides
    P = [1 if published else (k - 1) // s * s for k, s in zip(layer.taps, strides, strict=True)]
    sizes = [2 * b // s + 1 for b, s in zip(P, strides, strict=True)]
    total = 0.0
    for place in np.ndindex(*sizes):
        product = np.zeros((spread.shape[-1],) * 2)
        for p in np.ndindex(*layer.taps):
            q = tuple(a + s * j - b for a, s, j, b in zip(p, strides, place, P, strict=True))
            if all(0 <= a < k for a, k in zip(q, layer.taps, strict=True)):
                product += spread[q].T @ spread[p]
        if all(j == n // 2 for j, n in zip(place, sizes, strict=True)):
            product -= np.eye(len(product))
        total += float((product**2).sum())
    return total


@pytest.mark.parametrize("layer", CASES, ids=name_of)
def test_value_is_the_distance_of_the_explicit_operator(layer: Layer) -> None:
    kernel = layer.random_kernel()
    sides = [side for side in SIDES for _ in METHODS]
    function = partial(orthogonal_convolution, geometry=geometry_of(layer))
    methods = [*METHODS, *METHODS]
    found = values(
        [partial(function, side=s, method=m) for s, m in zip(sides, methods, strict=True)], kernel
    )
    expected = [distance_of_operator(layer, kernel, side) for side in sides]
    np.testing.assert_allclose(found, expected, rtol=CLOSE["rtol"])


@pytest.mark.parametrize("layer", UNDILATED, ids=name_of)
def test_value_is_that_of_self_convolution(layer: Layer) -> None:
    kernel = layer.random_kernel()
    side = "columns" if layer.kind == "transposed" else "rows"
    function = partial(orthogonal_convolution, geometry=geometry_of(layer))
    full, published, norm = values(
        [
            partial(function, side=side),
            partial(function, padding="published"),
            partial(function, padding="published", squared=False),
        ],
        kernel,
    )
    np.testing.assert_allclose(full, self_convolution(layer, kernel, False), rtol=CLOSE["rtol"])
    expected = self_convolution(layer, kernel, True)
    np.testing.assert_allclose([published, norm], [expected, expected**0.5], rtol=CLOSE["rtol"])


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize(
    ("taps", "strides"),
    [((4,), (1,)), ((5,), (2,)), ((3, 3), (1, 1)), ((3, 2), (2, 1)), ((3,), (3,))],
)
def test_value_is_that_of_keras_own_convolution_of_the_kernel_with_itself(
    taps: tuple[int, ...], strides: tuple[int, ...], published: bool
) -> None:
    kernel = np.random.default_rng(0).normal(size=(*taps, 2, 3)).astype("float32")
    P = [1 if published else (k - 1) // s * s for k, s in zip(taps, strides, strict=True)]
    padded = np.pad(np.moveaxis(kernel, -1, 0), [(0, 0), *((p, p) for p in P), (0, 0)])
    result = to_numpy(ops.conv(padded, kernel, strides, "valid", "channels_last"))
    middle = tuple(n // 2 for n in result.shape[1:-1])
    result[(slice(None), *middle)] -= np.eye(3)
    padding: Any = "published" if published else "full"
    geometry = KernelGeometry(strides=strides)
    found = values(
        [partial(orthogonal_convolution, geometry=geometry, padding=padding, side="rows")], kernel
    )
    np.testing.assert_allclose(found, [(result**2).sum()], rtol=1e-5)


@pytest.mark.parametrize("layer", A_FEW, ids=name_of)
def test_sides_differ_by_a_constant_so_their_gradients_are_equal(layer: Layer) -> None:
    kernel = layer.random_kernel().astype("float32")
    geometry = geometry_of(layer)
    sides = geometry.sides(kernel.shape)
    steps = [
        value_and_gradient(partial(orthogonal_convolution, geometry=geometry, side=side), kernel)
        for side in SIDES
    ]
    np.testing.assert_allclose(steps[0][1], steps[1][1], rtol=1e-4, atol=1e-5 * steps[0][0])
    expected = layer.blocks * (sides["columns"].size - sides["rows"].size)
    np.testing.assert_allclose(steps[0][0] - steps[1][0], expected, atol=1e-5 * steps[0][0])


@pytest.mark.parametrize("layer", A_FEW, ids=name_of)
def test_the_default_side_can_be_the_identity(layer: Layer) -> None:
    kernel, geometry = layer.random_kernel(), geometry_of(layer)
    side = geometry.default_side(kernel.shape)
    one, other = values(
        [partial(orthogonal_convolution, geometry=geometry, side=s) for s in (None, side)], kernel
    )
    assert one == other
    assert not geometry.sides(kernel.shape)[side].is_singular


def test_published_padding_accepts_a_kernel_far_from_orthogonal() -> None:
    layer = Layer("convolution", (3,), 1, 1, (1,), (1,))
    kernel = np.array([0.5**0.5, 0, 0.5**0.5]).reshape(3, 1, 1)
    sigma = np.linalg.svd(operator(layer, kernel, (4,), "circular"), compute_uv=False)
    np.testing.assert_allclose([sigma.min() ** 2, sigma.max() ** 2], [0, 2], atol=1e-12)
    functions = [partial(orthogonal_convolution, padding=p) for p in ("published", "full")]
    norms = [partial(function, squared=False) for function in functions]
    published, full, published_norm, full_norm = values([*functions, *norms], kernel)
    np.testing.assert_allclose([published, published_norm], 0, atol=2e-7)
    np.testing.assert_allclose([full, full_norm], [0.5, 0.5**0.5], rtol=1e-6)


def test_published_padding_penalizes_an_orthogonal_kernel() -> None:
    layer = Layer("convolution", (3, 3), 16, 16, (2, 2), (1, 1))
    kernel = np.zeros((3, 3, 16, 16))
    kernel[1, 1] = np.eye(16)
    W = operator(layer, kernel, (4, 4), "circular")
    np.testing.assert_array_equal(W @ W.T, np.eye(len(W)))
    function = partial(orthogonal_convolution, geometry=geometry_of(layer), squared=False)
    found = values([partial(function, padding=p) for p in ("published", "full")], kernel)
    np.testing.assert_allclose(found, [4.0, 0.0], rtol=1e-6, atol=1e-7)


def test_without_spatial_axes_it_is_soft_orthogonality() -> None:
    for shape in [(4, 3), (3, 4)]:
        kernel = np.random.default_rng(0).normal(size=shape)
        found = values(
            [
                orthogonal_convolution,
                partial(orthogonal_convolution, padding="published", side=None),
                soft_orthogonality,
            ],
            kernel,
        )
        np.testing.assert_allclose(found[0], found[2], **CLOSE)
        np.testing.assert_allclose(found[1] - found[0], max(shape[1] - shape[0], 0), **CLOSE)


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("padding", ["full", "published"])
def test_an_orthogonal_convolution_has_no_gradient(padding: Any, squared: bool) -> None:
    kernel = np.zeros((3, 3, 4, 4), "float32")
    kernel[1, 1] = np.eye(4)
    function = partial(orthogonal_convolution, padding=padding, squared=squared)
    value, gradient = value_and_gradient(function, kernel)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"padding": "same"}, r"`padding`.*'same'"),
        ({"method": "fft"}, r"`method`.*'fft'"),
        ({"side": "left"}, r"`side`.*'left'"),
    ],
)
def test_arguments_are_checked(arguments: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        orthogonal_convolution(ops.ones((3, 2, 2)), **arguments)
