"""With zeros around the map too, the values are those of the explicit operator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral.frame.bounds import zero_borders
from keras_lateral.frame.bounds.zero_borders import (
    blocks_along_axes,
    matrix_shape,
    zero_border_values,
)
from tests.frame.frame_cases import assert_values, explicit, operator_of, squared
from tests.frame.gram_cases import LAYERS, name_of, some_lengths
from tests.operators import Layer, convolution_lengths

PADDINGS = ("valid", "same", "causal")


def measured(layer: Layer, kernel: np.ndarray, lengths: Any, padding: str, accuracy: float) -> Any:
    one = operator_of(layer, kernel, padding)
    blocks = blocks_along_axes(one, convolution_lengths(layer, lengths, padding))
    return zero_border_values(one, blocks, accuracy), matrix_shape(one, blocks)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_values_are_those_of_the_explicit_operator(layer: Layer, padding: str) -> None:
    kernel = layer.random_kernel()
    for more in (0, 2):
        lengths = some_lengths(layer, more)
        W = explicit(layer, kernel, lengths, padding)
        values, shape = measured(layer, kernel, lengths, padding, 0)
        assert shape == (W.T if layer.kind == "transposed" else W).shape
        assert_values(values, squared(W))


@pytest.mark.parametrize("padding", PADDINGS[:2])
@pytest.mark.parametrize(
    "layer",
    [layer for layer in LAYERS if layer.kind != "dense" and len(layer.taps) < 3],
    ids=name_of,
)
def test_products_alone_give_the_ends_of_the_spectrum(
    layer: Layer, padding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zero_borders, "DENSE_WORK", 0)
    kernel, lengths = layer.random_kernel(), some_lengths(layer, 4)
    expected = squared(explicit(layer, kernel, lengths, padding))
    values, _ = measured(layer, kernel, lengths, padding, 1e-8)
    assert not values.complete
    for value, error, true in (
        (values.lower, values.lower_error, expected[0]),
        (values.upper, values.upper_error, expected[-1]),
    ):
        assert error <= 1e-8 * expected[-1] * 1.01
        assert abs(value - true) <= error + 1e-12 * expected[-1]


def test_wide_blocks_beside_tall_ones_have_dead_directions() -> None:
    # Of five pixels with 'same' padding and stride 2, dilation 4 links (0, 4) and (2).
    layer = Layer("convolution", (2,), 2, 3, (2,), (4,))
    kernel = layer.random_kernel()
    W = explicit(layer, kernel, (5,), "same")
    values, shape = measured(layer, kernel, (5,), "same", 0)
    assert shape == W.shape
    assert_values(values, squared(W))


def test_a_shift_loses_a_pixel_at_the_border() -> None:
    layer = Layer("convolution", (3,), 1, 1, (1,), (1,))
    values, _ = measured(layer, np.array([1.0, 0, 0]).reshape(3, 1, 1), (8,), "same", 0)
    np.testing.assert_array_equal(np.repeat(values.values, values.counts), [0] + 7 * [1])
