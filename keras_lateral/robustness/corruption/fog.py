"""Fog: heights of a plasma fractal."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.parameters import ParameterSet, published


def fog(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = (x + c f) m / (m + c),  f a fractal in [0, 1], m the image's largest value."""
    c, decay = published("fog", severity, parameters)
    height, width = x.shape[1:3]
    size = 1 << (max(height, width) - 1).bit_length()
    f = plasma_fractals(size, decay, generators)[:, :height, :width, None]
    m = x.max(axis=(1, 2, 3), keepdims=True)
    return (x + c * f) * m / (m + c)


def plasma_fractals(size: int, decay: float, generators: Generators) -> np.ndarray:
    """Returns a fractal for each image by the diamond-square algorithm, on a torus.

    The middle of every square, then of every edge, is the mean of its four neighbours plus a number
    from [-w^2, w^2]; w, initially 100, is divided by `decay` each time the squares are halved.
    Finally heights are scaled to run from 0 to 1.

    Args:
        size: Side length, a power of two.
        decay: How much smoother small features are.
        generators: One generator for each image.

    Returns:
        Array of shape `(images, size, size)`.
    """
    u = iter(_uniform(size, generators))
    f = np.zeros((len(generators), size, size))
    step, w = size, 100.0
    while step >= 2:
        half = step // 2
        corners = f[:, ::step, ::step]
        f[:, half::step, half::step] = _sum_of_squares(corners) / 4 + w**2 * next(u)
        middles = f[:, half::step, half::step]
        above = middles + np.roll(middles, 1, axis=1) + corners + np.roll(corners, -1, axis=2)
        beside = middles + np.roll(middles, 1, axis=2) + corners + np.roll(corners, -1, axis=1)
        f[:, ::step, half::step] = above / 4 + w**2 * next(u)
        f[:, half::step, ::step] = beside / 4 + w**2 * next(u)
        step, w = half, w / decay
    f -= f.min(axis=(1, 2), keepdims=True)
    return f / f.max(axis=(1, 2), keepdims=True)


def _sum_of_squares(corners: np.ndarray) -> np.ndarray:
    """Returns the sum over the four corners of each square."""
    edges = corners + np.roll(corners, -1, axis=1)
    return edges + np.roll(edges, -1, axis=2)


def _uniform(size: int, generators: Generators) -> list[np.ndarray]:
    """Returns numbers in [-1, 1] in the order of their use: three grids for each step."""
    u = drawn(generators, lambda rng: rng.uniform(-1, 1, size**2 - 1))
    sides = [side for level in range(size.bit_length() - 1) for side in 3 * [1 << level]]
    ends = np.cumsum(np.square(sides))
    parts = np.split(u, ends[:-1], axis=1)
    return [part.reshape(-1, side, side) for part, side in zip(parts, sides, strict=True)]
