"""Every entry of V against the explicit operator's W^T W and W W^T."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.backends import BACKEND, fewer
from tests.frame.gram_cases import (
    EVERY,
    LAYERS,
    SIDES,
    assert_every_entry,
    blocks_of,
    circular_gram,
    entries_of,
    layers,
    name_of,
    some_lengths,
)
from tests.operators import Layer, circular_lengths, gram, operator

IN_ONE_DIMENSION = fewer(LAYERS[:7])
EXAMPLES = 4 if BACKEND == "jax" else 150


def check_interior(layer: Layer, side: str, seed: int = 0) -> None:
    kernel, lengths = layer.random_kernel(seed), circular_lengths(layer)
    V = circular_gram(layer, kernel, side)
    blocks = blocks_of(layer, V, side, lengths, "circular")
    entries = entries_of(layer, kernel, side=side)
    rows = np.abs(blocks.reshape(len(blocks), -1)).sum(1) > 0
    # On a torus each class occurs equally often.
    assert_every_entry(entries, blocks, per_pixel=rows.sum() / entries.counts.sum())


def check_borders(layer: Layer, side: str, lengths: Any, padding: str) -> None:
    kernel = layer.random_kernel(1)
    V = gram(operator(layer, kernel, lengths, padding), side)
    entries = entries_of(layer, kernel, side=side, input_shape=lengths, padding=padding)
    assert_every_entry(entries, blocks_of(layer, V, side, lengths, padding))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY, ids=name_of)
def test_entries_far_from_the_borders_are_those_of_a_circular_operator(
    layer: Layer, side: str
) -> None:
    check_interior(layer, side)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY, ids=name_of)
def test_entries_with_borders_are_those_of_the_operator(
    layer: Layer, side: str, padding: str
) -> None:
    check_borders(layer, side, some_lengths(layer, more=2), padding)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", IN_ONE_DIMENSION, ids=name_of)
def test_entries_with_causal_padding_are_those_of_the_operator(layer: Layer, side: str) -> None:
    check_borders(layer, side, some_lengths(layer, more=2), "causal")


@settings(max_examples=EXAMPLES)
@given(layer=layers(), side=st.sampled_from(SIDES), seed=st.integers(0, 99))
def test_entries_of_any_layer_are_those_of_a_circular_operator(
    layer: Layer, side: str, seed: int
) -> None:
    check_interior(layer, side, seed)


@settings(max_examples=EXAMPLES)
@given(
    layer=layers(),
    side=st.sampled_from(SIDES),
    padding=st.sampled_from(["valid", "same"]),
    more=st.integers(-6, 3),
)
def test_entries_of_any_layer_with_borders_are_those_of_the_operator(
    layer: Layer, side: str, padding: str, more: int
) -> None:
    # Padded maps may be shorter than the kernel.
    lengths = some_lengths(layer, more if padding == "same" else max(more, 0))
    lengths = tuple(max(length, 1) for length in lengths)
    assume(operator(layer, layer.random_kernel(), lengths, padding).any())
    check_borders(layer, side, lengths, padding)
