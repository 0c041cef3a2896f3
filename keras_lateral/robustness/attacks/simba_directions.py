"""The directions that SimBA tries, one after the other."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

Basis = Literal["pixel", "dct"]
"""`"pixel"`: a direction is one value. `"dct"`: one frequency of one channel."""

Order = Literal["random", "diagonal"]
"""`"random"`: a different order for each image. `"diagonal"`: by the sum of row and column."""

ImageShape = tuple[int, int, int]


def direction_order(
    shape: ImageShape,
    basis: Basis,
    order: Order,
    iterations: int,
    frequencies: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """Returns which direction is tried in each iteration.

    A random order of frequencies begins with the low ones, those below the share `frequencies` of
    the side along both axes, and continues with the others. When all directions have been tried
    they are tried again, in a new order if it is random.

    Args:
        shape: `(height, width, channels)`.
        basis: `"pixel"` or `"dct"`.
        order: `"random"` or `"diagonal"`.
        iterations: Number of directions.
        frequencies: Share of the frequencies of an axis that count as low.
        generator: Draws a random order.

    Returns:
        int array `(iterations,)` of places in the flat image, or in its flat spectrum.
    """
    rows, columns, channels = np.indices(shape).reshape(3, -1)
    if order == "diagonal":
        every = np.lexsort((channels, rows, rows + columns))
        return np.resize(every, iterations)
    height, width, _ = shape
    low = (rows < np.ceil(frequencies * height)) & (columns < np.ceil(frequencies * width))
    groups = (
        [np.flatnonzero(low), np.flatnonzero(~low)] if basis == "dct" else [np.arange(len(low))]
    )
    rounds = -(-iterations // len(low))
    orders = [generator.permutation(group) for _ in range(rounds) for group in groups]
    return np.concatenate(orders)[:iterations]


def directions(places: np.ndarray, shape: ImageShape, basis: Basis) -> np.ndarray:
    """Returns directions of length 1, orthogonal to each other.

        pixel   q = 1 at the place, else 0
        dct     q_ij = D_ui D_vj in one channel,   D_kn = s_k cos(pi (2 n + 1) k / (2 N)),
                s_0 = sqrt(1 / N),  s_k = sqrt(2 / N)

    Args:
        places: int array `(images,)`.
        shape: `(height, width, channels)`.
        basis: `"pixel"` or `"dct"`.

    Returns:
        float32 array `(images, height, width, channels)`.
    """
    q = np.zeros((len(places), *shape), "float32")
    u, v, channel = np.unravel_index(places, shape)
    image = np.arange(len(places))
    if basis == "pixel":
        q[image, u, v, channel] = 1.0
    else:
        down, across = cosines(shape[0])[u], cosines(shape[1])[v]
        q[image, :, :, channel] = down[:, :, None] * across[:, None, :]
    return q


@cache
def cosines(N: int) -> np.ndarray:
    """Returns D, the orthonormal discrete cosine transform, float64 array `(N, N)`."""
    k, n = np.indices((N, N))
    D = np.sqrt(2 / N) * np.cos(np.pi * (2 * n + 1) * k / (2 * N))
    D[0] /= np.sqrt(2)
    D.setflags(write=False)
    return D
