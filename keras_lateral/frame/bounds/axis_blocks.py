"""Which pixels the taps of a convolution read along one axis, in blocks that share no pixel.

With zeros around the map output q reads by tap p the pixel s q + D p - P, if there is one. Pixels
and outputs that are linked in this way make up a block; W is a direct sum over the blocks of all
axes. With stride 1 and no dilation there is one block, with dilation D there are D; where no two
outputs read the same pixel, each output is a block.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_lateral.frame.gram.row_classes import output_length
from keras_lateral.keras_tools.arguments import Padding
from keras_lateral.keras_tools.kernel_geometry import KernelAxis


@dataclass(frozen=True)
class AxisBlock:
    """Outputs and pixels along one axis that have no link to others.

    Args:
        reads: Tuple with, for each output, the tuple of the pixels its taps read; -1 where a tap
            reads a zero.
    """

    reads: tuple[tuple[int, ...], ...]

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self.reads)

    @property
    def inputs(self) -> int:
        """Number of pixels."""
        return 1 + max(max(taps) for taps in self.reads)

    @property
    def pixels(self) -> np.ndarray:
        """Int array (outputs, taps): the pixel that a tap reads, `inputs` where it reads a zero."""
        pixels = np.array(self.reads)
        return np.where(pixels < 0, self.inputs, pixels)

    @cached_property
    def stride_and_zeros(self) -> tuple[int, int] | None:
        """S and P, if output q reads by tap p the pixel s q + p - P wherever there is one."""
        pixels = np.array(self.reads)
        q, p = np.nonzero(pixels >= 0)
        zeros = int(p[0] - pixels[0, p[0]])
        stride = 1
        if len(pixels) > 1:
            second = int(np.flatnonzero(q == 1)[0])
            stride = int(pixels[1, p[second]] - p[second]) + zeros
        expected = stride * np.arange(len(pixels))[:, None] + np.arange(pixels.shape[1]) - zeros
        expected[(expected < 0) | (expected >= self.inputs)] = -1
        regular = stride > 0 and zeros >= 0 and np.array_equal(pixels, expected)
        return (stride, zeros) if regular else None


def axis_blocks(axis: KernelAxis, length: int, padding: Padding) -> dict[AxisBlock, int]:
    """Returns the different blocks, and how often each occurs.

    Pixels that no tap reads, and outputs that read no pixel, are in no block.

    Args:
        axis: The kernel along this axis.
        length: Pixels of the convolution's input along this axis.
        padding: `"valid"`, `"same"` or `"causal"`.
    """
    outputs, before = output_length(axis, length, padding)
    pixels = axis.stride * np.arange(outputs)[:, None] + axis.dilation * np.arange(axis.size)
    pixels -= before
    pixels[(pixels < 0) | (pixels >= length)] = -1
    return Counter(_renumbered(pixels[members]) for members in _linked_outputs(pixels))


def _linked_outputs(pixels: np.ndarray) -> list[list[int]]:
    """The sets of outputs that share pixels, directly or through others."""
    # For each output another one of its set, in the end the set's first.
    first = list(range(len(pixels)))

    def first_of(q: int) -> int:
        while first[q] != q:
            first[q] = first[first[q]]
            q = first[q]
        return q

    reader: dict[int, int] = {}
    for q, taps in enumerate(pixels.tolist()):
        for pixel in taps:
            one, other = first_of(q), first_of(reader.setdefault(pixel, q) if pixel >= 0 else q)
            first[max(one, other)] = min(one, other)
    sets: dict[int, list[int]] = {}
    for q in np.flatnonzero((pixels >= 0).any(1)).tolist():
        sets.setdefault(first_of(q), []).append(q)
    return list(sets.values())


def _renumbered(pixels: np.ndarray) -> AxisBlock:
    known = np.unique(pixels[pixels >= 0])
    reads = np.where(pixels >= 0, np.searchsorted(known, pixels), -1)
    return AxisBlock(tuple(map(tuple, reads.tolist())))
