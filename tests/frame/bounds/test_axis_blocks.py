"""Blocks along an axis are the parts of the explicit operator that have nothing in common."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.frame.bounds.axis_blocks import AxisBlock, axis_blocks
from keras_lateral.keras_tools.kernel_geometry import KernelAxis
from tests.operators import shift

AXES = [KernelAxis(k, s, D) for k in (1, 2, 3, 4) for s in (1, 2, 3) for D in (1, 2, 3)]


def linked(W: np.ndarray) -> list[np.ndarray]:
    """The parts by repeated products: which inputs can be reached from which."""
    links = np.linalg.matrix_power((W.T @ W > 0).astype(float) + np.eye(W.shape[1]), W.shape[1])
    parts = {tuple(np.flatnonzero(row)) for row in links}
    found = [W[:, list(part)] for part in parts]
    return [part[part.any(1)] for part in found if part.any()]


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_blocks_are_the_parts_of_the_explicit_operator(axis: KernelAxis, padding: str) -> None:
    length = axis.extent + 4
    weights = 2.0 ** np.arange(axis.size)  # distinguish the taps, even in sums
    one = (axis.size, axis.stride, axis.dilation)
    W = sum(w * shift(p, one, length, padding) for p, w in enumerate(weights))
    expected = sorted(part.tolist() for part in linked(W))
    found = []
    for block, times in axis_blocks(axis, length, padding).items():  # type: ignore[arg-type]
        part = np.zeros((block.outputs, block.inputs + 1))
        for p, w in enumerate(weights):
            np.add.at(part, (np.arange(block.outputs), block.pixels[:, p]), w)
        found += times * [part[:, :-1].tolist()]
    assert sorted(found) == expected


def test_equal_blocks_are_counted() -> None:
    blocks = axis_blocks(KernelAxis(1, 2, 1), 224, "valid")
    assert blocks == {AxisBlock(((0,),)): 112}


def test_a_dilation_makes_as_many_blocks() -> None:
    blocks = axis_blocks(KernelAxis(3, 1, 4), 64, "same")
    assert sum(blocks.values()) == 4
    assert {(block.outputs, block.inputs) for block in blocks} == {(16, 16)}


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_a_regular_block_reads_by_its_stride_and_zeros(axis: KernelAxis, padding: str) -> None:
    for block in axis_blocks(axis, axis.extent + 4, padding):  # type: ignore[arg-type]
        if block.stride_and_zeros is None:
            # A pixel between others is read by no tap: neither of them is 1 and they are coprime.
            assert axis.step > 1
            assert axis.dilation > 1
            continue
        s, zeros = block.stride_and_zeros
        for q, taps in enumerate(block.reads):
            for p, pixel in enumerate(taps):
                inside = 0 <= s * q + p - zeros < block.inputs
                assert pixel == (s * q + p - zeros if inside else -1)
