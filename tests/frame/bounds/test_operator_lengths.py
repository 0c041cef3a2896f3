"""Lengths of the maps of a layer's convolution, and of the ring that it may act on."""

from __future__ import annotations

import pytest

from keras_lateral.frame.bounds.layer_operator import (
    convolution_lengths,
    ring_lengths,
    ring_outputs,
)
from tests.frame.frame_cases import operator_of
from tests.operators import Layer
from tests.operators import convolution_lengths as expected_lengths


def test_a_ring_has_whole_steps() -> None:
    layer = Layer("convolution", (3, 3), 2, 2, (2, 3), (1, 1))
    one = operator_of(layer, layer.random_kernel())
    assert ring_outputs(one, (7, 9)) == (4, 3)
    assert ring_lengths(one, (4, 3)) == (8, 9)


def test_a_transposed_layer_has_as_many_inputs_as_its_convolution_has_outputs() -> None:
    layer = Layer("transposed", (3, 3), 2, 2, (2, 3), (1, 1))
    one = operator_of(layer, layer.random_kernel())
    assert ring_outputs(one, (7, 9)) == (7, 9) == ring_lengths(one, (7, 9))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("taps", [(2, 5), (1, 3)])
def test_the_convolution_of_a_transposed_layer_reads_its_output_maps(
    taps: tuple[int, int], padding: str
) -> None:
    layer = Layer("transposed", taps, 2, 2, (2, 3), (1, 1))
    one = operator_of(layer, layer.random_kernel(), padding)
    assert convolution_lengths(one, (4, 5)) == expected_lengths(layer, (4, 5), padding)
