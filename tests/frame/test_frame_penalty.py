"""R(W) and its gradient against the explicit operator's, and what R = 0 implies."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.frame_regularizer import frame_penalty
from keras_lateral.frame.gram.kernel_gram import kernel_gram
from keras_lateral.keras_tools.autodiff import gradients
from tests import operators
from tests.backends import BACKEND, COMPILED_MODES, fewer, run
from tests.frame.gram_cases import (
    CLOSE,
    EVERY,
    METHODS,
    SIDES,
    geometry_of,
    layers,
    name_of,
    some_lengths,
)
from tests.operators import Layer, circular_lengths, operator

MODE = "xla" if BACKEND == "jax" else "eager"
BOUNDS: list[tuple[float | None, float | None]] = [(0.5, 2.0), (1.0, 1.0), (0.7, None), (None, 1.5)]


def value_and_gradient(
    layer: Layer, kernel: np.ndarray, A: Any, B: Any, mode: str = MODE, **arguments: Any
) -> tuple[np.ndarray, np.ndarray]:
    def R(kernel: Any) -> Any:  # noqa: N802
        gram = kernel_gram(kernel, geometry_of(layer), **arguments)
        return frame_penalty(gram, lower=A, upper=B)

    def both(kernel: Any) -> Any:
        value, (gradient,) = gradients(R, [kernel])
        return value, gradient

    return run(both, kernel, mode=mode)


def check(
    found: Any, layer: Layer, kernel: np.ndarray, *where: Any, side: str, A: Any, B: Any
) -> None:
    R = operators.penalty(operator(layer, kernel, *where), side, A, B)
    gradient = operators.penalty_gradient(layer, kernel, *where, side, A=A, B=B)
    np.testing.assert_allclose(found[0], R, rtol=CLOSE)
    np.testing.assert_allclose(found[1], gradient, rtol=CLOSE, atol=CLOSE * np.abs(gradient).max())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY, ids=name_of)
def test_value_and_gradient_are_those_of_a_circular_operator(
    layer: Layer, side: str, method: str
) -> None:
    kernel, (A, B) = layer.random_kernel(), BOUNDS[METHODS.index(method)]
    found = value_and_gradient(layer, kernel, A, B, side=side, method=method)
    check(found, layer, kernel, circular_lengths(layer), "circular", side=side, A=A, B=B)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY[1::2], ids=name_of)
def test_value_and_gradient_with_borders_are_those_of_the_operator(
    layer: Layer, side: str, padding: str
) -> None:
    kernel, lengths = layer.random_kernel(), some_lengths(layer)
    found = value_and_gradient(
        layer, kernel, 0.5, 2.0, side=side, input_shape=lengths, padding=padding
    )
    check(found, layer, kernel, lengths, padding, side=side, A=0.5, B=2.0)


@settings(max_examples=2 if BACKEND == "jax" else 60)
@given(
    layer=layers(),
    side=st.sampled_from(SIDES),
    method=st.sampled_from(METHODS),
    bounds=st.sampled_from(BOUNDS),
    scale=st.sampled_from([0.1, 0.5, 2.0]),
)
def test_value_and_gradient_of_any_layer_are_those_of_a_circular_operator(
    layer: Layer, side: str, method: str, bounds: Any, scale: float
) -> None:
    kernel, (A, B) = scale * layer.random_kernel(), bounds
    found = value_and_gradient(layer, kernel, A, B, side=side, method=method)
    check(found, layer, kernel, circular_lengths(layer), "circular", side=side, A=A, B=B)


@pytest.mark.parametrize("mode", COMPILED_MODES)
@pytest.mark.parametrize("method", fewer(METHODS[::-1]))
def test_compiled_value_and_gradient_are_those_of_a_circular_operator(
    method: str, mode: str
) -> None:
    layer = Layer("convolution", (3, 2), 2, 5, (2, 1), (1, 1))
    kernel = layer.random_kernel()
    found = value_and_gradient(layer, kernel, 0.5, 2.0, mode, side="columns", method=method)
    where = circular_lengths(layer), "circular"
    check(found, layer, kernel, *where, side="columns", A=0.5, B=2.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", fewer([1, 2]))
def test_mean_over_all_choices_of_rows_is_the_value_for_all_rows(size: int, method: str) -> None:
    layer = Layer("convolution", (3, 2), 2, 6, (2, 1), (1, 1), groups=2)
    kernel = layer.random_kernel()
    N = layer.outputs // layer.groups
    choices = np.array(list(combinations(range(N), size)), "int32")

    def R(kernel: Any, rows: Any) -> Any:  # noqa: N802
        gram = kernel_gram(kernel, geometry_of(layer), side="rows", method=method, rows=rows)
        return frame_penalty(gram, 0.5, 2.0)

    found = [run(R, kernel, rows, mode=MODE) for rows in choices]
    expected = run(partial(R, rows=None), kernel, mode=MODE)
    np.testing.assert_allclose(np.mean(found), expected, rtol=CLOSE)
    assert np.ptp(found) > 0.1 * expected


def delta(taps: tuple[int, ...], matrix: np.ndarray) -> np.ndarray:
    """The kernel that does nothing but apply a matrix to the channels, at its centre tap."""
    kernel = np.zeros((*taps, *matrix.shape), "float32")
    kernel[tuple(k // 2 for k in taps)] = matrix
    return kernel


HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2

ISOMETRIES = {
    "shift": (Layer("convolution", (3,), 1, 1, (1,), (1,)), delta((3,), np.eye(1))),
    "permutation": (
        Layer("convolution", (3, 2), 4, 4, (1, 1), (1, 1)),
        delta((3, 2), np.eye(4)[[2, 0, 3, 1]]),
    ),
    "reflection": (
        Layer("convolution", (1, 1), 4, 4, (1, 1), (1, 1)),
        delta((1, 1), HADAMARD),
    ),
    "tight": (
        Layer("convolution", (3, 3), 2, 4, (1, 1), (1, 1)),
        delta((3, 3), HADAMARD[:2]),
    ),
    "fewer outputs": (
        Layer("convolution", (2, 2), 4, 2, (1, 1), (2, 1)),
        delta((2, 2), HADAMARD[:, :2]),
    ),
    "grouped": (
        Layer("convolution", (3, 1), 4, 4, (1, 1), (1, 1), groups=2),
        delta((3, 1), np.eye(4)[:2] + np.eye(4)[2:]),
    ),
    "every pixel once": (
        Layer("convolution", (2, 2), 1, 4, (2, 2), (1, 1)),
        HADAMARD.reshape(2, 2, 1, 4).astype("float32"),
    ),
    "its transpose": (
        Layer("transposed", (2, 2), 4, 1, (2, 2), (1, 1)),
        HADAMARD.reshape(2, 2, 1, 4).astype("float32"),
    ),
    "depthwise": (
        Layer("depthwise", (3, 3), 3, 3, (1, 1), (2, 2)),
        delta((3, 3), np.ones((3, 1))),
    ),
    "3-D": (Layer("convolution", (3, 1, 2), 2, 2, (1,) * 3, (1,) * 3), delta((3, 1, 2), np.eye(2))),
    "dense": (Layer("dense", (), 2, 4, (), ()), HADAMARD[:2].astype("float32")),
}


@pytest.mark.parametrize("name", fewer(fewer(list(ISOMETRIES))))
def test_orthogonal_operator_has_a_penalty_and_a_gradient_of_exactly_zero(name: str) -> None:
    layer, kernel = ISOMETRIES[name]
    W = operator(layer, kernel, circular_lengths(layer), "circular")
    sigma = np.linalg.svd(W, compute_uv=False)
    np.testing.assert_allclose(sigma, 1, rtol=1e-6)
    for method in METHODS[::2]:  # Fourier's sines are not exact
        value, gradient = value_and_gradient(layer, kernel, 1.0, 1.0, method=method)
        assert value == 0
        np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize("name", fewer(fewer(list(ISOMETRIES))))
def test_twice_an_orthogonal_operator_has_the_distance_of_four_from_the_bounds(name: str) -> None:
    layer, kernel = ISOMETRIES[name]
    for A, B, expected in ((4.0, 4.0, 0), (None, 1.0, 9), (5.0, None, 1), (6.0, 7.0, 4)):
        value, _ = value_and_gradient(layer, 2 * kernel, A, B, method="pairs")
        assert value == expected


@settings(max_examples=3 if BACKEND == "jax" else 40)
@given(seed=st.integers(0, 999), noise=st.floats(0, 0.02), side=st.sampled_from(SIDES))
def test_without_penalty_the_squared_singular_values_lie_between_the_bounds(
    seed: int, noise: float, side: str
) -> None:
    layer = Layer("convolution", (3, 3), 2, 2, (1, 1), (1, 1))
    kernel = delta((3, 3), np.eye(2)) + noise * layer.random_kernel(seed).astype("float32")
    value, gradient = value_and_gradient(layer, kernel, 0.5, 2.0, side=side)
    W = operator(layer, kernel, (6, 6), "circular")
    squares = np.linalg.eigvalsh(W.T @ W)
    inside = operators.penalty(W, side, 0.5, 2.0) == 0
    assert (value == 0) == inside
    if inside:
        np.testing.assert_array_equal(gradient, 0)
        assert squares.min() >= 0.5 - 1e-6
        assert squares.max() <= 2 + 1e-6


def test_taps_that_cancel_at_some_frequency_are_not_taken_for_an_isometry() -> None:
    # sigma^2 = 1 + cos(2 w) runs over [0, 2]; the filter's own norm is 1.
    kernel = np.array([0.5**0.5, 0, 0.5**0.5]).reshape(3, 1, 1)
    layer = Layer("convolution", (3,), 1, 1, (1,), (1,))
    squares = np.linalg.svd(operator(layer, kernel, (64,), "circular"), compute_uv=False) ** 2
    np.testing.assert_allclose([squares.min(), squares.max()], [0, 2], atol=1e-12)
    gram = kernel_gram(ops.convert_to_tensor(kernel))
    np.testing.assert_allclose(ops.convert_to_numpy(gram.diagonal).item(), 1, rtol=1e-6)
    np.testing.assert_allclose(ops.convert_to_numpy(gram.radius).item(), 1, rtol=1e-6)
    found = [value_and_gradient(layer, kernel, A, B)[0] for A, B in ((1, 1), (0, 2), (0.25, 1.5))]
    np.testing.assert_allclose(found, [2, 0, 0.25**2 + 0.5**2], rtol=1e-5, atol=1e-12)
