"""Canny's edges against loops over pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from keras_lateral.robustness.corruption.spatter import canny_edges
from tests.corruption_images import natural_images


def pixel_by_pixel(x: np.ndarray, low: int, high: int) -> np.ndarray:
    height, width = x.shape
    wide = np.pad(x.astype(int), 1, mode="edge")
    weights = np.array([1, 2, 1])
    right, down = np.zeros((2, height, width), int)
    for i in range(height):
        for j in range(width):
            window = wide[i : i + 3, j : j + 3]
            right[i, j] = weights @ window[:, 2] - weights @ window[:, 0]
            down[i, j] = weights @ window[2] - weights @ window[0]
    g = np.pad(np.abs(right) + np.abs(down), 1)

    def on_ridge(i: int, j: int) -> bool:
        angle = math.degrees(math.atan2(abs(down[i, j]), abs(right[i, j])))
        if angle < 22.5:
            before, after, ties = (0, -1), (0, 1), True
        elif angle > 67.5:
            before, after, ties = (-1, 0), (1, 0), True
        else:
            way = 1 if (right[i, j] < 0) == (down[i, j] < 0) else -1
            before, after, ties = (-1, -way), (1, way), False
        here = g[i + 1, j + 1]
        first = g[i + 1 + before[0], j + 1 + before[1]]
        last = g[i + 1 + after[0], j + 1 + after[1]]
        return bool(here > low and here > first and (here > last or (ties and here == last)))

    ridge = {(i, j) for i in range(height) for j in range(width) if on_ridge(i, j)}
    todo = [(i, j) for i, j in ridge if g[i + 1, j + 1] > high]
    found = set(todo)
    while todo:
        i, j = todo.pop()
        beside = {(i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & ridge - found
        found |= beside
        todo += beside
    edges = np.zeros((height, width), bool)
    for place in found:
        edges[place] = True
    return edges


@pytest.mark.parametrize(("low", "high"), [(50, 150), (20, 100), (0, 400)])
def test_edges_agree_with_loops_over_pixels(low, high):
    smooth = np.rint(255 * natural_images(3, 17, 21, channels=1)[..., 0]).astype("uint8")
    blots = np.where(smooth > 150, smooth, 0).astype("uint8")
    for x in (smooth, blots):
        expected = np.stack([pixel_by_pixel(image, low, high) for image in x])
        assert expected.any()
        np.testing.assert_array_equal(canny_edges(x, low, high), expected)
