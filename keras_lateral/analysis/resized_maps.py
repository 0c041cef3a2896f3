"""Maps brought to the size of the image."""

from __future__ import annotations

import numpy as np


def resized_maps(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Returns maps at another size, by bilinear interpolation, in float64.

    The outer edges of map and image fall together: pixel i of n lies at (i + 1/2) / n of the
    length, and beyond the outermost centers the outermost value holds.

    Args:
        maps: Array of shape `(images, height, width)`.
        height: Rows of the result.
        width: Columns of the result.

    Returns:
        float64 array of shape `(images, height, width)`.

    Example:

    >>> resized_maps(np.array([[[0.0, 4.0]]]), 1, 4).tolist()
    [[[0.0, 1.0, 3.0, 4.0]]]
    """
    rows, columns = _weights(maps.shape[1], height), _weights(maps.shape[2], width)
    result: np.ndarray = rows @ np.asarray(maps, "float64") @ columns.T
    return result


def _weights(n: int, m: int) -> np.ndarray:
    """Returns the matrix of shape `(m, n)` that interpolates n values at m places."""
    place = np.clip((np.arange(m) + 0.5) * n / m - 0.5, 0, n - 1)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(n)))
