"""Fog against the diamond-square algorithm, point by point."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.robustness.corruption.fog import fog, plasma_fractals
from tests.corruption_images import generators, natural_images, published_cases


def point_by_point(size: int, decay: float, rng: np.random.Generator) -> np.ndarray:
    heights: dict[tuple[int, int], float] = {(0, 0): 0.0}
    step, wibble = size, 100.0

    def fill(rows: int, columns: int, neighbours: list[tuple[int, int]]) -> None:
        for i in range(rows, size, step):
            for j in range(columns, size, step):
                around = [heights[(i + a) % size, (j + b) % size] for a, b in neighbours]
                heights[i, j] = sum(around) / 4 + wibble * rng.uniform(-wibble, wibble)

    while step >= 2:
        half = step // 2
        cross = [(-half, 0), (half, 0), (0, -half), (0, half)]
        fill(half, half, [(a, b) for a in (-half, half) for b in (-half, half)])
        fill(0, half, cross)
        fill(half, 0, cross)
        step, wibble = half, wibble / decay
    f = np.array([[heights[i, j] for j in range(size)] for i in range(size)])
    return (f - f.min()) / (f.max() - f.min())


@pytest.mark.parametrize(("size", "decay"), [(8, 3), (16, 1.75), (32, 2)])
def test_a_fractal_is_grown_point_by_point(size, decay):
    expected = [point_by_point(size, decay, rng) for rng in generators(2)]
    np.testing.assert_allclose(plasma_fractals(size, decay, generators(2)), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("parameters", "severity", "settings"),
    published_cases(
        [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)],
        [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)],
    ),
)
def test_fog_adds_a_fractal_and_keeps_the_brightest_value(parameters, severity, settings):
    x, (c, decay) = 0.9 * natural_images(2, 9, 14), settings
    found = fog(x, severity, generators(2), parameters)
    for image, y, rng in zip(x, found, generators(2), strict=True):
        f = point_by_point(16, decay, rng)[:9, :14, None]
        np.testing.assert_allclose(y, (image + c * f) * image.max() / (image.max() + c))


def test_a_black_image_stays_black():
    assert not fog(np.zeros((1, 8, 8, 1)), 3, generators(1)).any()
