"""The squared singular values of a convolution on a map with zeros around it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from keras_lateral.frame.bounds.axis_blocks import AxisBlock, axis_blocks
from keras_lateral.frame.bounds.block_operator import BlockOperator
from keras_lateral.frame.bounds.lanczos import Extremes, extreme_eigenvalues
from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.bounds.squared_singular_values import (
    SquaredSingularValues,
    all_values,
    direct_sum,
)

Blocks = list[dict[AxisBlock, int]]
"""Along each axis, the different blocks and how often each occurs."""

DENSE_WORK = 1e10
"""Up to this many multiplications, all singular values come from the matrix itself."""


def blocks_along_axes(operator: LayerOperator, lengths: Sequence[int]) -> Blocks:
    """Returns which pixels and outputs are linked, on maps of these lengths."""
    return [
        axis_blocks(axis, length, operator.padding)
        for axis, length in zip(operator.axes, lengths, strict=True)
    ]


def zero_border_values(
    operator: LayerOperator, blocks: Blocks, accuracy: float
) -> SquaredSingularValues:
    """Returns all squared singular values, or for a large operator the least and the largest.

    Args:
        operator: The convolution.
        blocks: Its blocks along each axis.
        accuracy: Target for the errors of the least and the largest, relative to the largest.
    """
    parts = [
        (times, block_values(BlockOperator(operator.taps, along), accuracy))
        for times, along in _block_combinations(blocks)
    ]
    # Where some blocks are wide and others are tall, the rank falls short of min(m, n).
    short = min(matrix_shape(operator, blocks)) - sum(
        times * min(_block_shape(operator, along)) for times, along in _block_combinations(blocks)
    )
    return direct_sum(parts + [(short, all_values(np.zeros(1), np.ones(1, int)))] * (short > 0))


def matrix_shape(operator: LayerOperator, blocks: Blocks) -> tuple[int, int]:
    """Returns m and n of W without pixels that no tap reads and outputs that read none."""
    total_m, total_n = 0, 0
    for times, along in _block_combinations(blocks):
        m, n = _block_shape(operator, along)
        total_m, total_n = total_m + times * m, total_n + times * n
    return total_m, total_n


def block_values(block: BlockOperator, accuracy: float) -> SquaredSingularValues:
    """Returns the squared singular values of one block."""
    m, n = math.prod(block.output_shape[1:]), math.prod(block.input_shape[1:])
    groups = len(block.taps)
    if groups * m * n * min(m, n) <= DENSE_WORK:
        return all_values(_eigenvalues_of_smaller_gram(block.matrices()), np.ones(1, int))
    ends = _extremes(block, rows=m < n, accuracy=accuracy)
    return SquaredSingularValues(
        np.array([ends.lower, ends.upper]),
        np.ones(2, int),
        ends.lower_error,
        ends.upper_error,
        complete=False,
    )


def _eigenvalues_of_smaller_gram(w: np.ndarray) -> np.ndarray:
    """The squared singular values of matrices, array (groups, m, n), to 1e-15 of the largest."""
    rows = w if w.shape[1] <= w.shape[2] else np.swapaxes(w, 1, 2)
    return np.maximum(np.linalg.eigvalsh(rows @ np.swapaxes(rows, 1, 2)), 0)


def _extremes(block: BlockOperator, rows: bool, accuracy: float) -> Extremes:
    def product(x: np.ndarray) -> np.ndarray:
        if rows:
            return block.forward(block.backward(x.reshape(block.output_shape))).reshape(-1)
        return block.backward(block.forward(x.reshape(block.input_shape))).reshape(-1)

    shape = block.output_shape if rows else block.input_shape
    return extreme_eigenvalues(product, math.prod(shape), accuracy)


def _block_combinations(blocks: Blocks) -> Iterator[tuple[int, tuple[AxisBlock, ...]]]:
    for along in product(*(blocks_of_axis.items() for blocks_of_axis in blocks)):
        yield math.prod(times for _, times in along), tuple(block for block, _ in along)


def _block_shape(operator: LayerOperator, along: tuple[AxisBlock, ...]) -> tuple[int, int]:
    positions = math.prod(block.outputs for block in along)
    pixels = math.prod(block.inputs for block in along)
    g = operator.groups
    return g * positions * operator.outputs, g * pixels * operator.inputs
