"""Canny's edges, for many images at once."""

from __future__ import annotations

import numpy as np

_TAN_22_5 = 0.4142135623730951


def canny_edges(x: np.ndarray, low: int, high: int) -> np.ndarray:
    """Returns where edges are, as OpenCV finds them.

    Gradients are Sobel's, |g| = |g_x| + |g_y|. A pixel above `low` is on a ridge when it is the
    largest along its gradient (horizontal, vertical or diagonal); ridges are edges where they
    hang together with a pixel above `high`.

    Args:
        x: uint8 array of shape `(images, height, width)`.
        low: Gradients up to it are no edges.
        high: Gradients above it are.

    Returns:
        bool array of the same shape.
    """
    right, down = _sobel(x.astype("int64"))
    g = np.abs(right) + np.abs(down)
    ridge = (g > low) & _is_largest(g, right, down)
    return _connected(ridge, ridge & (g > high))


def _sobel(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns gradients to the right and down; outside, the last pixel goes on."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    smooth = x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]
    right = smooth[..., 2:] - smooth[..., :-2]
    smooth = x[..., :-2] + 2 * x[..., 1:-1] + x[..., 2:]
    return right, smooth[:, 2:] - smooth[:, :-2]


def _is_largest(g: np.ndarray, right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Returns whether g is larger than both neighbours along the gradient.

    Of two equal ones beside each other the first is taken, and none on a diagonal.
    """
    horizontal = np.abs(down) < _TAN_22_5 * np.abs(right)
    vertical = np.abs(down) > (_TAN_22_5 + 2) * np.abs(right)
    falling = right * down >= 0
    wide = np.pad(g, ((0, 0), (1, 1), (1, 1)))
    height, width = g.shape[1:]

    def at(i: int, j: int) -> np.ndarray:
        return wide[:, 1 + i :, 1 + j :][:, :height, :width]

    ways = [
        (g > at(0, -1)) & (g >= at(0, 1)),
        (g > at(-1, 0)) & (g >= at(1, 0)),
        (g > at(-1, -1)) & (g > at(1, 1)),
    ]
    rising = (g > at(-1, 1)) & (g > at(1, -1))
    return np.select([horizontal, vertical, falling], ways, rising)


def _connected(ridge: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """Returns what of the ridges hangs together with strong pixels, diagonals included."""
    height, width = ridge.shape[1:]
    while True:
        wide = np.pad(strong, ((0, 0), (1, 1), (1, 1)))
        beside = [wide[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
        more = ridge & np.logical_or.reduce(beside)
        if np.array_equal(more, strong):
            return strong
        strong = more
