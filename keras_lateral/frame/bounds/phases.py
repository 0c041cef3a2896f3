"""A convolution with stride as one without: the pixels of a stride's length become channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def split_taps(taps: np.ndarray, strides: Sequence[int]) -> np.ndarray:
    """Returns th[a, (r, c), o] with p = s a + r along each axis; zero behind the last tap.

    Phases that no tap has are left out, so that a kernel shorter than its stride has its taps as
    phases and a single a.

    Args:
        taps: Array (groups, *taps, inputs, outputs).
        strides: s along each axis, without dilation.

    Returns:
        Array (groups, *a, phases * inputs, outputs).
    """
    groups, *sizes, _, o = taps.shape
    phases = [min(k, s) for k, s in zip(sizes, strides, strict=True)]
    steps = [-(-k // r) for k, r in zip(sizes, phases, strict=True)]
    missing = [(0, a * r - k) for a, r, k in zip(steps, phases, sizes, strict=True)]
    padded = np.pad(taps, [(0, 0), *missing, (0, 0), (0, 0)])
    return phases_to_channels(padded, phases).reshape(groups, *steps, -1, o)


def phases_to_channels(x: np.ndarray, phases: Sequence[int]) -> np.ndarray:
    """Returns array (groups, *lengths / phases, *phases, ...) of array (groups, *lengths, ...)."""
    axes = len(phases)
    groups, *rest = x.shape
    lengths, behind = rest[:axes], rest[axes:]
    pairs = [n for length, r in zip(lengths, phases, strict=True) for n in (length // r, r)]
    order = [0, *range(1, 2 * axes, 2), *range(2, 2 * axes + 1, 2)]
    order += range(2 * axes + 1, 2 * axes + 1 + len(behind))
    return x.reshape(groups, *pairs, *behind).transpose(order)


def channels_to_phases(x: np.ndarray, phases: Sequence[int]) -> np.ndarray:
    """Returns array (groups, *steps * phases, ...), the inverse of `phases_to_channels`."""
    axes = len(phases)
    groups, *rest = x.shape
    steps, behind = rest[:axes], rest[2 * axes :]
    order = [0, *(place for a in range(axes) for place in (1 + a, 1 + axes + a))]
    order += range(2 * axes + 1, 2 * axes + 1 + len(behind))
    lengths = [a * r for a, r in zip(steps, phases, strict=True)]
    return x.transpose(order).reshape(groups, *lengths, *behind)
