"""The contents of a layer's record."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import layers

from keras_lateral.frame.bounds.of_layers import Measurement, layer_frame_bounds

ZEROS = Measurement("zeros")


def built(layer: Any, *shape: int | None) -> Any:
    layer.build((None, *shape))
    return layer


def test_a_transposed_layer_swaps_rows_and_columns() -> None:
    one = layer_frame_bounds(
        built(layers.Conv1DTranspose(5, 2, strides=2), 4, 3), ZEROS, lengths=(4,)
    )
    assert one.shape == (8 * 5, 4 * 3)
    assert one.side == "columns"


def test_dead_input_channels_are_counted() -> None:
    conv = built(layers.Conv1D(6, 3, use_bias=False), 8, 4)
    kernel = np.random.default_rng(0).normal(size=(3, 4, 6))
    kernel[:, 1] *= 5e-3
    conv.set_weights([kernel])
    one = layer_frame_bounds(conv, Measurement(tolerance=1e-8), lengths=(8,))
    assert (one.dead_channels, one.side) == (1, "columns")
    assert one.dead == 0
    wide = layer_frame_bounds(conv, Measurement(tolerance=1e-4), lengths=(8,))
    assert wide.dead == 8  # that channel at each pixel


def test_dead_filters_are_counted_where_there_are_fewer_of_them() -> None:
    conv = built(layers.Conv1D(3, 3, use_bias=False), 8, 4)
    kernel = np.random.default_rng(0).normal(size=(3, 4, 3))
    kernel[:, :, 2] = 0
    conv.set_weights([kernel])
    one = layer_frame_bounds(conv, Measurement(), lengths=(8,))
    assert (one.dead_channels, one.dead, one.side) == (1, 8, "rows")


def test_a_layer_without_weights_is_dead_altogether() -> None:
    conv = built(layers.Conv1D(3, 3, kernel_initializer="zeros"), 8, 4)
    one = layer_frame_bounds(conv, Measurement(), lengths=(8,))
    assert (one.lower, one.upper, one.dead, one.dead_channels) == (0, 0, 24, 3)


def test_pixels_that_no_tap_reads_are_left_out_and_reported() -> None:
    one = layer_frame_bounds(
        built(layers.Conv2D(2, 1, strides=2), 8, 8, 2), Measurement(), lengths=(8, 8)
    )
    assert (one.reached, one.shape) == (0.25, (32, 32))
    assert one.lower > 0


def test_with_zeros_the_size_of_the_map_is_needed() -> None:
    with pytest.raises(ValueError, match=r"'here'.*not known.*input_shape"):
        layer_frame_bounds(built(layers.Conv1D(2, 3, name="here"), None, 2), ZEROS)


@pytest.mark.parametrize("layer", [layers.Dense(4), layers.Conv1D(4, 1, strides=2)])
def test_what_has_no_borders_needs_no_size(layer: Any) -> None:
    zeros = layer_frame_bounds(built(layer, None, 3), ZEROS)
    ring = layer_frame_bounds(layer, Measurement())
    np.testing.assert_allclose([zeros.lower, zeros.upper], [ring.lower, ring.upper], rtol=1e-12)


def test_output_padding_is_for_a_ring_alone() -> None:
    layer = built(layers.Conv1DTranspose(2, 3, strides=2, output_padding=1), 4, 2)
    with pytest.raises(ValueError, match=r"output_padding=.*borders=\"circular\""):
        layer_frame_bounds(layer, ZEROS, lengths=(4,))
    assert layer_frame_bounds(layer, Measurement(), lengths=(4,)).lower > 0
