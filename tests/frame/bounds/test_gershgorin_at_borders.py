"""The lower bounds hold for the rows at the borders too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lateral.frame.bounds import gershgorin as module
from keras_lateral.frame.bounds.gershgorin import lower_at_borders
from tests.frame.frame_cases import operator_of
from tests.frame.gram_cases import (
    LAYERS,
    SIDES,
    layers,
    name_of,
    side_of_convolution,
    some_lengths,
)
from tests.operators import Layer, convolution_lengths, gram, operator, rows_of


def found_of(layer: Layer, kernel: np.ndarray, lengths: Any, padding: str, side: str) -> Any:
    return lower_at_borders(
        operator_of(layer, kernel, padding),
        side_of_convolution(layer, side),  # type: ignore[arg-type]
        convolution_lengths(layer, lengths, padding),
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", LAYERS[::2], ids=name_of)
def test_plain_bound_is_that_of_the_explicit_gram_matrix(
    layer: Layer, side: str, padding: str
) -> None:
    kernel, lengths = layer.random_kernel(), some_lengths(layer, 3)
    v, r = rows_of(gram(operator(layer, kernel, lengths, padding), side))
    plain, scaled = found_of(layer, kernel, lengths, padding, side)
    np.testing.assert_allclose(plain, (v - r).min(), rtol=1e-10, atol=1e-10)
    assert scaled >= plain


@settings(max_examples=100)
@given(layers(), st.integers(0, 99), st.sampled_from(["valid", "same"]), st.sampled_from(SIDES))
def test_no_eigenvalue_of_a_row_that_is_reached_lies_below(
    layer: Layer, seed: int, padding: str, side: str
) -> None:
    rng = np.random.default_rng(seed)
    kernel = layer.random_kernel(seed) * rng.uniform(size=layer.kernel_shape).round()
    kernel[(0,) * kernel.ndim] += 3  # some are dominated by one entry, so that the bounds are near
    lengths = some_lengths(layer, seed % 3)
    V = gram(operator(layer, kernel, lengths, padding), side)
    plain, scaled = found_of(layer, kernel, lengths, padding, side)
    reached = np.abs(gram(operator(layer, np.ones_like(kernel), lengths, padding), side)).any(1)
    least = np.linalg.eigvalsh(V[reached][:, reached])[0]
    assert plain <= scaled <= least + 1e-12 * max(V.max(), 1)


def test_scaling_helps_where_channels_differ_in_size() -> None:
    layer = Layer("convolution", (1,), 2, 2, (1,), (1,))
    kernel = np.array([[[1.0, 0.0], [9.0, 10.0]]])
    plain, scaled = found_of(layer, kernel, (4,), "same", "columns")
    assert plain < 0.1 * scaled < 0.1 * np.linalg.eigvalsh(kernel[0] @ kernel[0].T)[0] * 1.001


def test_the_delta_kernel_is_certified_and_the_shift_is_not() -> None:
    layer = Layer("convolution", (3,), 1, 1, (1,), (1,))
    delta, shift = (np.eye(3)[tap].reshape(3, 1, 1) for tap in (1, 0))
    assert found_of(layer, delta, (6,), "same", "columns") == (1, 1)
    assert found_of(layer, shift, (6,), "same", "columns") == (0, 0)


def test_what_costs_too_much_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Layer("convolution", (3, 3), 4, 4, (1, 1), (1, 1))
    work = 9 * 9 * 4 * 4
    monkeypatch.setattr(module, "MOST_NUMBERS", work)
    assert not math.isnan(found_of(layer, layer.random_kernel(), (5, 5), "same", "columns")[0])
    monkeypatch.setattr(module, "MOST_NUMBERS", work - 1)
    assert math.isnan(found_of(layer, layer.random_kernel(), (5, 5), "same", "columns")[0])
