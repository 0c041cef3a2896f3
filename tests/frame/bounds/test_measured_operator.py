"""Shape, share of pixels read and side of the certificate, along with the values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lateral.frame.bounds.gershgorin import gershgorin
from keras_lateral.frame.bounds.lag_gram import lag_gram
from keras_lateral.frame.bounds.measured_operator import (
    certified_side,
    measured_on_ring,
    measured_with_zeros,
)
from tests.frame.frame_cases import explicit, operator_of, squared
from tests.frame.gram_cases import LAYERS, layers, name_of, some_lengths
from tests.operators import Layer, convolution_lengths, operator


def inner(W: np.ndarray, layer: Layer) -> np.ndarray:
    return W.T if layer.kind == "transposed" else W


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_shape_and_share_on_a_ring_are_those_of_the_explicit_operator(layer: Layer) -> None:
    outputs = (3,) * len(layer.taps)
    kernel = layer.random_kernel()
    found = measured_on_ring(operator_of(layer, kernel), outputs)
    lengths = tuple(3 * s for s in layer.strides)
    W = inner(operator(layer, kernel, lengths, "circular"), layer)
    assert found.shape == inner(explicit(layer, kernel, outputs, "circular"), layer).shape
    assert found.reached == np.abs(W).any(0).mean()


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("layer", LAYERS[::2], ids=name_of)
def test_shape_and_share_with_zeros_are_those_of_the_explicit_operator(
    layer: Layer, padding: str
) -> None:
    kernel, lengths = layer.random_kernel(), some_lengths(layer, 2)
    convolution = convolution_lengths(layer, lengths, padding)
    found = measured_with_zeros(operator_of(layer, kernel, padding), convolution, 1e-4)
    W = inner(operator(layer, kernel, lengths, padding), layer)
    assert found.shape == inner(explicit(layer, kernel, lengths, padding), layer).shape
    np.testing.assert_allclose(found.reached, np.abs(W).any(0).mean(), rtol=1e-14)


@settings(max_examples=150)
@given(layer=layers(), seed=st.integers(0, 99), padding=st.sampled_from(["valid", "same"]))
def test_certificates_bound_the_true_values_with_zeros_at_the_borders(
    layer: Layer, seed: int, padding: str
) -> None:
    kernel = layer.random_kernel(seed)
    kernel[(0,) * kernel.ndim] += 4 * (seed % 2)  # near a delta, bounds lie near the values
    lengths = some_lengths(layer, seed % 3)
    true = squared(explicit(layer, kernel, lengths, padding))
    one = operator_of(layer, kernel, padding)
    bounds = measured_with_zeros(one, convolution_lengths(layer, lengths, padding), 0).certificate
    rounding = 1e-12 * true[-1]
    assert bounds.lower <= bounds.scaled_lower + rounding
    assert bounds.scaled_lower <= true[0] + rounding
    assert true[-1] <= bounds.scaled_upper + rounding
    assert bounds.scaled_upper <= bounds.upper + rounding


@pytest.mark.parametrize(
    ("kind", "outputs", "expected"),
    [
        ("convolution", 4, "columns"),
        ("convolution", 2, "rows"),
        ("convolution", 3, "columns"),
        ("transposed", 4, "rows"),
        ("transposed", 2, "columns"),
        ("transposed", 3, "rows"),  # the transposed layer's W^T W
    ],
)
def test_certificates_are_of_the_side_where_a_lower_bound_is_possible(
    kind: Any, outputs: int, expected: str
) -> None:
    layer = Layer(kind, (3,), 3, outputs, (1,), (1,))
    one = operator_of(layer, layer.random_kernel())
    found = measured_on_ring(one, (5,))
    assert certified_side(one, found.shape) == expected
    assert found.certificate[:4] == gershgorin(lag_gram(one, expected))[:4]  # type: ignore[arg-type]


def test_a_map_on_which_every_tap_reads_zeros_is_refused() -> None:
    layer = Layer("convolution", (2,), 1, 1, (1,), (5,))
    one = operator_of(layer, layer.random_kernel(), "same")
    with pytest.raises(ValueError, match=r"\(2,\).*padding='same'.*reads zeros"):
        measured_with_zeros(one, (2,), 1e-4)
