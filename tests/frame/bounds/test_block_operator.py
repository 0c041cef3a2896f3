"""Products and matrices of a block are those of the explicit operator."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.frame.bounds.block_operator import BlockOperator
from keras_lateral.frame.bounds.zero_borders import blocks_along_axes
from tests.frame.frame_cases import operator_of
from tests.operators import Layer, operator

LAYERS = [
    (Layer("convolution", (4,), 3, 2, (1,), (1,)), (7,), "valid"),
    (Layer("convolution", (3, 2), 2, 3, (1, 1), (1, 1)), (4, 5), "same"),
    (Layer("convolution", (3, 3), 4, 6, (2, 1), (1, 1), groups=2), (5, 4), "same"),
    (Layer("depthwise", (3, 3), 2, 4, (1, 1), (1, 1)), (3, 4), "same"),
    (Layer("convolution", (2, 3, 2), 2, 2, (1, 2, 1), (1, 1, 1)), (3, 5, 3), "valid"),
    (Layer("dense", (), 4, 3, (), ()), (), "valid"),
]


@pytest.mark.parametrize(("layer", "lengths", "padding"), LAYERS)
def test_products_and_matrices_are_those_of_the_explicit_operator(
    layer: Layer, lengths: tuple[int, ...], padding: str
) -> None:
    kernel = layer.random_kernel()
    one = operator_of(layer, kernel, padding)
    along = [list(blocks) for blocks in blocks_along_axes(one, lengths)]
    assert all(len(blocks) == 1 for blocks in along)
    block = BlockOperator(one.taps, tuple(blocks[0] for blocks in along))
    W = operator(layer, kernel, lengths, padding)
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=block.input_shape), rng.normal(size=block.output_shape)
    flat = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(channels_last(block.forward(x)), W @ channels_last(x), **flat)
    np.testing.assert_allclose(channels_last(block.backward(y)), W.T @ channels_last(y), **flat)
    matrices = block.matrices()
    for g in range(one.groups):
        only = np.zeros(block.input_shape)
        only[g] = x[g]
        product = (matrices[g] @ x[g].reshape(-1)).reshape(block.output_shape[1:])
        np.testing.assert_allclose(product, block.forward(only)[g], **flat)


def channels_last(one: np.ndarray) -> np.ndarray:
    """(groups, *positions, channels) flattened as a map with all channels behind."""
    return np.moveaxis(one, 0, -2).reshape(-1)
