"""A kernel with a stride as one with stride 1 and more channels."""

from __future__ import annotations

import math

from keras import ops

from keras_lateral.ops.gram_problem import GramProblem
from keras_lateral.types import Tensor


def polyphase(problem: GramProblem) -> tuple[Tensor, int]:
    """Returns the taps (groups, N, *taps, m) as of a kernel with stride 1, and the phases in N."""
    taps, axes = problem.taps, problem.axes
    if all(axis.step == 1 for axis in axes):
        return taps, 1
    groups, n, m = int(taps.shape[0]), problem.size, int(taps.shape[-1])
    sizes = [-(-axis.size // axis.step) for axis in axes]
    # A kernel of fewer taps than a step has as many phases as taps, else a phase for each place.
    split = [(s, axis.reached) for s, axis in zip(sizes, axes, strict=True)]
    fill = [(0, s * phases - axis.size) for (s, phases), axis in zip(split, axes, strict=True)]
    taps = ops.pad(taps, [(0, 0), (0, 0), *fill, (0, 0)])
    taps = ops.reshape(taps, (groups, n, *(part for pair in split for part in pair), m))
    d = len(axes)
    inner, outer = [2 + 2 * a for a in range(d)], [3 + 2 * a for a in range(d)]
    phases = math.prod(axis.reached for axis in axes)
    if problem.side == "columns":
        taps = ops.transpose(taps, (0, *outer, 1, *inner, 2 + 2 * d))
        return ops.reshape(taps, (groups, phases * n, *sizes, m)), phases
    taps = ops.transpose(taps, (0, 1, *inner, *outer, 2 + 2 * d))
    return ops.reshape(taps, (groups, n, *sizes, phases * m)), 1
