"""Motion blur agrees with ImageMagick's loop over taps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from keras_lateral.robustness.corruption.motion import motion_blur, motion_blurred
from tests.corruption_images import generators, natural_images, published_cases


def one_by_one(x: np.ndarray, radius: int, sigma: float, angle: float) -> np.ndarray:
    height, width, _ = x.shape
    taps = 2 * radius + 1
    weights = [math.exp(-i * i / (2 * sigma * sigma)) for i in range(taps)]
    point = taps * math.sin(math.radians(angle)), taps * math.cos(math.radians(angle))
    y = np.zeros_like(x)
    for row in range(height):
        for column in range(width):
            for i, weight in enumerate(weights):
                down = math.ceil(i * point[0] / math.hypot(*point) - 0.5)
                right = math.ceil(i * point[1] / math.hypot(*point) - 0.5)
                r = min(max(row + down, 0), height - 1)
                c = min(max(column + right, 0), width - 1)
                y[row, column] += weight / sum(weights) * x[r, c]
    return y


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)],
        [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)],
    ),
)
def test_motion_blur_is_the_loop_over_pixels_and_taps(parameters, severity, c):
    x = natural_images(3, 9, 12)
    expected = [
        one_by_one(image, *c, rng.uniform(-45, 45))
        for image, rng in zip(x, generators(3), strict=True)
    ]
    y = motion_blur(x, severity, generators(3), parameters)
    np.testing.assert_allclose(y, expected, atol=1e-12)


@pytest.mark.parametrize(("angle", "way"), [(0, (0, -1)), (-90, (1, 0)), (90, (-1, 0))])
def test_a_point_becomes_a_line_to_one_side(angle, way):
    x = np.zeros((1, 15, 15, 1))
    x[0, 7, 7] = 1
    y = motion_blurred(x, 2, 1.0, np.array([angle]))[0, :, :, 0]
    weights = np.exp(-(np.arange(5) ** 2) / 2)
    line = [y[7 + i * way[0], 7 + i * way[1]] for i in range(5)]
    np.testing.assert_allclose(line, weights / weights.sum())
    np.testing.assert_allclose(y.sum(), 1)
