"""Light in drops of water, from the distance to their edges.

The published code asks OpenCV for each step. These are the same steps, and the same levels to the
last one: whole numbers from 0 to 255 where OpenCV has these, and its measure of distance.
"""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruptions_edges import canny_edges
from keras_lateral.robustness.corruptions_sampling import inside

_EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
_SUM = np.ones((3, 3), int)
_FARTHEST = 20.0
_STEPS = [(1, 0, 65536), (0, 1, 65536), (1, 1, 91750), (1, 2, 143976), (2, 1, 143976)]
"""Down, right, and what the step counts, in 1 / 65536: 1, 1.4, 2.1969, a chamfer distance."""


def light_in_drops(liquid: np.ndarray) -> np.ndarray:
    """Returns how bright each drop is where, from 0 to 1 in each image; all 0 without a drop.

    Args:
        liquid: uint8 array of shape `(images, height, width)`, 0 where there is no drop.
    """
    distance = np.minimum(distances(canny_edges(liquid, 50, 150)), _FARTHEST)
    levels = equalized((_filtered(distance, _SUM) / 9).astype("uint8"))
    levels = np.clip(_filtered(levels, _EMBOSS), 0, 255)
    light = liquid * np.rint(_filtered(levels, _SUM) / 9)
    brightest = light.max(axis=(1, 2), keepdims=True)
    return light / np.where(brightest == 0, 1, brightest)


def distances(edges: np.ndarray) -> np.ndarray:
    """Returns the chamfer distance of each pixel to the nearest edge, infinite without one.

    Args:
        edges: bool array of shape `(images, height, width)`.
    """
    steps = {(i * a, j * b, d / 65536) for i, j, d in _STEPS for a in (1, -1) for b in (1, -1)}
    height, width = edges.shape[1:]
    found = np.where(edges, 0.0, np.inf)
    while True:
        wide = np.pad(found, ((0, 0), (2, 2), (2, 2)), constant_values=np.inf)
        near = [wide[:, 2 + i :, 2 + j :][:, :height, :width] + d for i, j, d in steps]
        nearer = np.minimum(found, np.minimum.reduce(near))
        if np.array_equal(nearer, found):
            return found
        found = nearer


def equalized(levels: np.ndarray) -> np.ndarray:
    """Returns levels spread over 0 to 255 in each image, so that all are about as frequent.

        level -> round(255 (pixels up to it - n0) / (pixels - n0)),  n0 pixels of the darkest level

    Args:
        levels: uint8 array of shape `(images, height, width)`.
    """
    counts = np.stack([np.bincount(one.ravel(), minlength=256) for one in levels])
    darkest = counts[np.arange(len(levels)), levels.min(axis=(1, 2))][:, None]
    pixels = levels[0].size
    flat = darkest == pixels  # one level alone stays as it is
    scale = np.float32(255) / np.where(flat, 1, pixels - darkest).astype("float32")
    table = np.rint(np.maximum(counts.cumsum(axis=1) - darkest, 0).astype("float32") * scale)
    table = np.where(flat, np.arange(256), table)
    return np.take_along_axis(table, levels.reshape(len(levels), -1), axis=1).reshape(levels.shape)


def _filtered(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Returns images `(images, height, width)` correlated with 3 x 3 taps, mirrored outside."""
    height, width = x.shape[1:]
    rows, columns = (inside(np.arange(-1, n + 1), n, "mirror") for n in (height, width))
    wide = x[:, rows][:, :, columns]
    return sum(k * wide[:, i : i + height, j : j + width] for (i, j), k in np.ndenumerate(kernel))
