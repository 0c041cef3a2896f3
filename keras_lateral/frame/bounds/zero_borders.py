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
"""Multiplications, up to which all singular values are computed from the matrix itself."""


def blocks_along_axes(operator: LayerOperator, lengths: Sequence[int]) -> Blocks:
    """Returns what pixels and outputs are linked, on maps of these lengths."""
    return [
        axis_blocks(axis, length, operator.padding)
        for axis, length in zip(operator.axes, lengths, strict=True)
    ]


def zero_border_values(
    operator: LayerOperator, blocks: Blocks, accuracy: float
) -> SquaredSingularValues:
    """Returns all squared singular values, or of a large operator the least and the largest.

    Args:
        operator: The convolution.
        blocks: Its blocks along each axis.
        accuracy: Errors that are aimed at for the least and the largest, relative to the largest.
    """
    parts = [
        (times, block_values(BlockOperator(operator.taps, along), accuracy))
        for times, along in _combined(blocks)
    ]
    # Blocks that are wide beside others that are high: their rank falls short of min(m, n).
    short = min(matrix_shape(operator, blocks)) - sum(
        times * min(_shape(operator, along)) for times, along in _combined(blocks)
    )
    return direct_sum(parts + [(short, all_values(np.zeros(1), np.ones(1, int)))] * (short > 0))


def matrix_shape(operator: LayerOperator, blocks: Blocks) -> tuple[int, int]:
    """Returns m and n of W without pixels that no tap reads and outputs that read none."""
    shapes = [
        (times * m, times * n)
        for times, (m, n) in ((t, _shape(operator, along)) for t, along in _combined(blocks))
    ]
    return sum(m for m, _ in shapes), sum(n for _, n in shapes)


def block_values(block: BlockOperator, accuracy: float) -> SquaredSingularValues:
    """Returns the squared singular values of one block."""
    m, n = math.prod(block.output_shape[1:]), math.prod(block.input_shape[1:])
    groups = len(block.taps)
    if groups * m * n * min(m, n) <= DENSE_WORK:
        return all_values(np.linalg.svd(block.matrices(), compute_uv=False) ** 2, np.ones(1, int))
    ends = _extremes(block, rows=m < n, accuracy=accuracy)
    return SquaredSingularValues(
        np.array([ends.lower, ends.upper]),
        np.ones(2, int),
        ends.lower_error,
        ends.upper_error,
        complete=False,
    )


def _extremes(block: BlockOperator, rows: bool, accuracy: float) -> Extremes:
    def product(x: np.ndarray) -> np.ndarray:
        if rows:
            return block.forward(block.backward(x.reshape(block.output_shape))).reshape(-1)
        return block.backward(block.forward(x.reshape(block.input_shape))).reshape(-1)

    shape = block.output_shape if rows else block.input_shape
    return extreme_eigenvalues(product, math.prod(shape), accuracy)


def _combined(blocks: Blocks) -> Iterator[tuple[int, tuple[AxisBlock, ...]]]:
    for along in product(*(one.items() for one in blocks)):
        yield math.prod(times for _, times in along), tuple(block for block, _ in along)


def _shape(operator: LayerOperator, along: tuple[AxisBlock, ...]) -> tuple[int, int]:
    positions = math.prod(block.outputs for block in along)
    pixels = math.prod(block.inputs for block in along)
    g = operator.groups
    return g * positions * operator.outputs, g * pixels * operator.inputs
