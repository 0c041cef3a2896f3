"""The matrices at all frequencies have the singular values of the explicit circular operator."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.frame.bounds import circular_borders
from keras_lateral.frame.bounds.circular_borders import half_of_frequencies
from tests.frame.frame_cases import (
    assert_values,
    explicit,
    operator_of,
    squared,
    values_on_ring,
)
from tests.frame.gram_cases import LAYERS, name_of
from tests.operators import Layer

OUTPUTS = {0: [()], 1: [(1,), (2,), (7,)], 2: [(1, 1), (3, 4), (2, 5)], 3: [(2, 3, 1), (1, 2, 3)]}
"""Output positions; also fewer than the kernel spans, so that it meets itself."""


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_values_are_those_of_the_explicit_operator(layer: Layer) -> None:
    kernel = layer.random_kernel()
    for outputs in OUTPUTS[len(layer.taps)]:
        expected = squared(explicit(layer, kernel, outputs, "circular"))
        assert_values(values_on_ring(operator_of(layer, kernel), outputs), expected)


def test_it_does_not_matter_how_many_frequencies_are_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = Layer("convolution", (3, 3), 2, 3, (1, 1), (1, 1))
    one = operator_of(layer, layer.random_kernel())
    expected = values_on_ring(one, (5, 4))
    monkeypatch.setattr(circular_borders, "CHUNK", 30)
    found = values_on_ring(one, (5, 4))
    # Not to the bit: how a product of matrices rounds may depend on the number of its rows.
    np.testing.assert_allclose(found.values, expected.values, rtol=0, atol=1e-14 * expected.upper)
    np.testing.assert_array_equal(found.counts, expected.counts)


@pytest.mark.parametrize("grid", [(), (1,), (6,), (5, 4), (2, 3, 4)])
def test_half_of_the_frequencies_stand_for_all(grid: tuple[int, ...]) -> None:
    j, counts = half_of_frequencies(grid)
    both = {tuple(w) for w in j} | {tuple(w) for w in -j % np.array(grid, int)}
    assert len(both) == counts.sum() == np.prod(grid, dtype=int)
    assert len(j) <= len(both) // 2 + 2 ** len(grid)


def test_a_finer_grid_has_bounds_that_include_those_of_a_coarser_one() -> None:
    layer = Layer("convolution", (3, 3), 3, 3, (1, 1), (1, 1))
    one = operator_of(layer, layer.random_kernel())
    coarse, fine = values_on_ring(one, (4, 4)), values_on_ring(one, (8, 8))
    assert fine.lower < coarse.lower < coarse.upper <= fine.upper * (1 + 1e-12)


def test_a_kernel_that_never_meets_itself_needs_one_frequency() -> None:
    layer = Layer("convolution", (4, 4), 3, 50, (4, 4), (1, 1))
    values = values_on_ring(operator_of(layer, layer.random_kernel()), (14, 14))
    assert len(values.values) == 48
    np.testing.assert_array_equal(values.counts, 14 * 14)
