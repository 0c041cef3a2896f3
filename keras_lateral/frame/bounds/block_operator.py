"""A convolution between the pixels and outputs of one block, as a matrix and as products."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from keras_lateral.frame.bounds.axis_blocks import AxisBlock
from keras_lateral.frame.bounds.strided_convolution import StridedConvolution


@dataclass(frozen=True)
class BlockOperator:
    """W of one block: y[q] = sum_p x[u(q, p)] th[p], for each group.

    Args:
        taps: Float64 array (groups, *taps, inputs, outputs).
        along: The block of each spatial axis.
    """

    taps: np.ndarray
    along: tuple[AxisBlock, ...]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Groups, pixels along each axis, channels."""
        return (len(self.taps), *(block.inputs for block in self.along), self.taps.shape[-2])

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Groups, positions along each axis, channels."""
        return (len(self.taps), *(block.outputs for block in self.along), self.taps.shape[-1])

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Returns W x, array `output_shape`, of x, array `input_shape`."""
        if self._plan:
            return self._plan.forward(x)
        padded = np.pad(x, [(0, 0), *[(0, 1)] * len(self.along), (0, 0)])
        read = padded[self._read_index]  # (groups, *positions, *taps, inputs)
        y = read.reshape(len(x), -1, self._th.shape[1]) @ self._th
        return y.reshape(self.output_shape)

    def backward(self, y: np.ndarray) -> np.ndarray:
        """Returns W^T y, array `input_shape`, of y, array `output_shape`."""
        if self._plan:
            return self._plan.backward(y)
        groups, *positions, o = self.output_shape
        written = y.reshape(groups, -1, o) @ np.swapaxes(self._th, 1, 2)
        written = written.reshape(groups, *positions, *self.taps.shape[1:-1])
        padded_lengths = [block.inputs + 1 for block in self.along]
        padded = np.zeros((groups, *padded_lengths, self.taps.shape[-2]))
        for p in product(*map(range, self.taps.shape[1:-2])):
            # No two outputs read the same pixel by one tap, so none is added to twice.
            padded[self._index_of_tap(p)] += written[(..., *p, slice(None))]
        return padded[self._without_padding]

    def matrices(self) -> np.ndarray:
        """Returns W of each group, array (groups, outputs, inputs), all axes flattened into one."""
        groups, *positions, o = self.output_shape
        c, q = self.taps.shape[-2], np.arange(math.prod(positions))
        padded = tuple(block.inputs + 1 for block in self.along)
        w = np.zeros((groups, len(q), o, math.prod(padded), c))
        for p in product(*map(range, self.taps.shape[1:-2])):
            u = np.ravel_multi_index(self._index_of_tap(p)[1:-1], padded).reshape(-1) if p else q
            tap: tuple[Any, ...] = (slice(None), *p)
            w[:, q, :, u, :] += np.swapaxes(self.taps[tap], 1, 2)
        w = np.moveaxis(w.reshape(groups, q.size * o, *padded, c), 1, -1)
        return np.moveaxis(w[self._without_padding], -1, 1).reshape(groups, q.size * o, -1)

    @cached_property
    def _plan(self) -> StridedConvolution | None:
        """The same products without an index for each tap, if all axes are regular."""
        steps = [block.stride_and_zeros for block in self.along]
        if not steps or None in steps:
            return None
        strides, zeros = zip(*filter(None, steps), strict=True)
        return StridedConvolution(self.taps, strides, zeros, self.input_shape, self.output_shape)

    @cached_property
    def _th(self) -> np.ndarray:
        return self.taps.reshape(len(self.taps), -1, self.taps.shape[-1])

    @cached_property
    def _read_index(self) -> tuple[Any, ...]:
        """Where output q and tap p read, in x with a zero behind the last pixel of each axis."""
        axes = len(self.along)
        index = []
        for a, block in enumerate(self.along):
            shape = [1] * (2 * axes)
            shape[a], shape[axes + a] = block.pixels.shape
            index.append(block.pixels.reshape(shape))
        return (slice(None), *index, slice(None)) if axes else (slice(None), None)

    def _index_of_tap(self, p: tuple[int, ...]) -> tuple[Any, ...]:
        index = np.ix_(*(block.pixels[:, tap] for block, tap in zip(self.along, p, strict=True)))
        return (slice(None), *index, slice(None)) if p else (slice(None),)

    @property
    def _without_padding(self) -> tuple[slice, ...]:
        return (slice(None), *[slice(-1)] * len(self.along))
