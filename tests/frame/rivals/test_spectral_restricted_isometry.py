"""The power step, against NumPy and against the spectral norm that it estimates."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag

from keras_lateral.frame.rivals.spectral_restricted_isometry import spectral_restricted_isometry
from tests.backends import BACKEND
from tests.frame.gram_cases import geometry_of, name_of
from tests.gradient_mask.filter_cases import (
    CASES,
    CLOSE,
    drawn,
    filters_of,
    value_and_gradient,
    values,
)
from tests.operators import Layer


def deviation(layer: Layer, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """W of all groups together, the smaller side for columns, and M = W^T W - I."""
    W = block_diag(*filters_of(layer, kernel))
    W = W if W.shape[1] <= W.shape[0] else W.T
    return W, W.T @ W - np.eye(W.shape[1])


def start(layer: Layer, W: np.ndarray, kernel: np.ndarray, seed: int) -> np.ndarray:
    return drawn((layer.blocks, W.shape[1] // layer.blocks, 1), seed, kernel).reshape(-1)


@pytest.mark.parametrize("layer", CASES, ids=name_of)
def test_value_is_that_of_the_written_out_power_step(layer: Layer) -> None:
    kernel = layer.random_kernel()
    W, M = deviation(layer, kernel)
    v, expected = start(layer, W, kernel, seed=3), []
    for _ in range(2):
        u = M @ v
        v = M @ (u / np.linalg.norm(u))
        expected += [np.linalg.norm(v) ** 2, np.linalg.norm(v)]
    function = partial(spectral_restricted_isometry, geometry=geometry_of(layer), seed=3)
    variants = [{"power_steps": steps, "squared": s} for steps in (1, 2) for s in (True, False)]
    found = values([partial(function, **variant) for variant in variants], kernel)
    np.testing.assert_allclose(found, expected, **CLOSE)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (2, 3, 2, 3)])
def test_gradient_goes_through_the_power_step(shape: tuple[int, ...]) -> None:
    layer = Layer("dense", (), *shape, (), ()) if len(shape) == 2 else Layer("convolution", (2, 3))
    kernel = np.random.default_rng(0).normal(size=shape)
    W, M = deviation(layer, kernel)
    v = start(layer, W, kernel, seed=5)
    a = M @ v
    b = M @ a
    R = (b @ b) / (a @ a)
    # R = |b|^2 / |a|^2,  da = dM v,  db = dM a + M dM v
    to_M = 2 / (a @ a) * (np.outer(b, a) + np.outer(M @ b, v) - R * np.outer(a, v))
    to_W = W @ (to_M + to_M.T)
    expected = (to_W if shape[-1] == W.shape[1] else to_W.T).reshape(shape)
    value, found = value_and_gradient(partial(spectral_restricted_isometry, seed=5), kernel)
    np.testing.assert_allclose(value, R, **CLOSE)
    np.testing.assert_allclose(found, expected, CLOSE["rtol"], CLOSE["atol"] * abs(expected).max())


@settings(max_examples=2 if BACKEND == "jax" else 12)
@given(inputs=st.integers(1, 6), outputs=st.integers(1, 6), seed=st.integers(0, 99))
def test_value_grows_with_the_steps_to_the_squared_spectral_norm(
    inputs: int, outputs: int, seed: int
) -> None:
    kernel = np.random.default_rng(seed).normal(size=(inputs, outputs))
    _, M = deviation(Layer("dense", (), inputs, outputs, (), ()), kernel)
    norm = np.linalg.norm(M, 2) ** 2
    function = partial(spectral_restricted_isometry, seed=seed)
    found = np.array(values([partial(function, power_steps=n) for n in (1, 2, 4, 12)], kernel))
    assert (found[1:] >= found[:-1] * (1 - CLOSE["rtol"])).all()
    assert (found <= norm * (1 + CLOSE["rtol"])).all()
    assert found[-1] >= 0.9 * norm


@pytest.mark.parametrize("squared", [True, False])
def test_an_isometry_has_neither_penalty_nor_gradient(squared: bool) -> None:
    function = partial(spectral_restricted_isometry, seed=0, squared=squared)
    value, gradient = value_and_gradient(function, np.eye(4, dtype="float32"))
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)


def test_another_seed_starts_elsewhere() -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 4))
    one, same, other = values(
        [partial(spectral_restricted_isometry, seed=seed) for seed in (1, 1, 2)], kernel
    )
    assert one == same != other
