"""Row sums bound the true singular values, and the scaled ones are the best of their kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lateral.frame.bounds.gershgorin import gershgorin
from keras_lateral.frame.bounds.lag_gram import lag_gram
from tests.frame.frame_cases import explicit, operator_of, squared, values_on_ring
from tests.frame.gram_cases import LAYERS, SIDES, gram_of, layers, name_of, side_of_convolution
from tests.operators import Layer, circular_lengths, gram, operator, rows_of

SLACK = 1 + 1e-12


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_plain_bounds_are_the_row_sums_of_the_explicit_gram_matrix(layer: Layer, side: str) -> None:
    kernel = layer.random_kernel()
    V = gram(operator(layer, kernel, circular_lengths(layer), "circular"), side)
    v, r = rows_of(V)
    found = gershgorin(lag_gram(operator_of(layer, kernel), side_of_convolution(layer, side)))  # type: ignore[arg-type]
    close: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-10}
    np.testing.assert_allclose(found.lower, (v - r).min(), **close)
    np.testing.assert_allclose(found.upper, (v + r).max(), **close)
    np.testing.assert_allclose(np.unique(found.diagonal.round(9)), np.unique(v.round(9)), **close)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", LAYERS[::5], ids=name_of)
def test_plain_bounds_are_those_of_kernel_gram(layer: Layer, side: str) -> None:
    kernel = layer.random_kernel()
    v, r, _ = gram_of(layer, kernel, side=side)
    found = gershgorin(lag_gram(operator_of(layer, kernel), side_of_convolution(layer, side)))  # type: ignore[arg-type]
    scale = (v + r).max()
    np.testing.assert_allclose(found.lower, (v - r).min(), rtol=0, atol=2e-6 * scale)
    np.testing.assert_allclose(found.upper, (v + r).max(), rtol=2e-6)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", LAYERS[::3], ids=name_of)
def test_scaled_bounds_are_the_ends_of_the_explicit_comparison_matrices(
    layer: Layer, side: str
) -> None:
    kernel = layer.random_kernel()
    V = gram(operator(layer, kernel, circular_lengths(layer), "circular"), side)
    V = V[V.any(1)][:, V.any(0)]
    found = gershgorin(lag_gram(operator_of(layer, kernel), side_of_convolution(layer, side)))  # type: ignore[arg-type]
    sizes = np.abs(V)
    np.testing.assert_allclose(found.scaled_upper, np.linalg.eigvalsh(sizes)[-1], rtol=1e-9)
    lowest = np.linalg.eigvalsh(2 * np.diag(np.diag(V)) - sizes)[0]
    np.testing.assert_allclose(found.scaled_lower, lowest, rtol=1e-9, atol=1e-9)


def test_no_scaling_of_rows_and_columns_does_better() -> None:
    layer = Layer("convolution", (3,), 2, 3, (1,), (1,))
    kernel = layer.random_kernel()
    found = gershgorin(lag_gram(operator_of(layer, kernel), "columns"))
    V = gram(operator(layer, kernel, (9,), "circular"), "columns")
    rng = np.random.default_rng(0)
    for _ in range(200):
        q = np.exp(rng.normal(size=len(V)) * rng.uniform(0, 0.5))
        sums = np.abs(V) * q / q[:, None]
        np.fill_diagonal(sums, 0)
        assert (np.diag(V) + sums.sum(1)).max() >= found.scaled_upper / SLACK
        assert (np.diag(V) - sums.sum(1)).min() <= found.scaled_lower * SLACK + 1e-12


@settings(max_examples=120)
@given(layer=layers(), seed=st.integers(0, 99), data=st.data())
def test_certificates_bound_the_true_values_on_any_ring_and_the_upper_ones_with_zeros(
    layer: Layer, seed: int, data: st.DataObject
) -> None:
    kernel = (
        layer.random_kernel(seed)
        * np.random.default_rng(seed).uniform(size=layer.kernel_shape).round()
    )
    one = operator_of(layer, kernel)
    outputs = tuple(data.draw(st.integers(1, 4)) for _ in layer.taps)
    values = values_on_ring(one, outputs)
    rounding = 1e-12 * max(values.upper, 1)
    for side in SIDES:
        bounds = gershgorin(lag_gram(one, side))  # type: ignore[arg-type]
        assert bounds.lower <= bounds.scaled_lower + rounding
        assert bounds.scaled_lower <= values.lower + rounding
        assert values.upper <= bounds.scaled_upper + rounding
        assert bounds.scaled_upper <= bounds.upper + rounding
    lengths = tuple(1 + k + n for k, n in zip(layer.taps, outputs, strict=True))
    with_zeros = explicit(layer, kernel, lengths, "same")
    if with_zeros.size:
        assert squared(with_zeros)[-1] <= bounds.scaled_upper + rounding


def test_a_kernel_of_two_taps_a_step_apart_has_bounds_0_and_2() -> None:
    layer = Layer("convolution", (3,), 1, 1, (1,), (1,))
    kernel = np.array([1.0, 0.0, 1.0]).reshape(3, 1, 1) / np.sqrt(2)
    found = gershgorin(lag_gram(operator_of(layer, kernel), "columns"))
    np.testing.assert_allclose(found[:4], [0, 2, 0, 2], atol=1e-15)
