"""Each blur against SciPy, or the published loop over pixels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.blur import (
    defocus_blur,
    gaussian_blur,
    glass_blur,
    soft_disk,
    zoom_blur,
)
from tests.corruption_images import generators, natural_images

IMAGES = natural_images(2, 10, 13)


@pytest.mark.parametrize(("severity", "sigma"), list(enumerate([0.4, 0.6, 0.7, 0.8, 1.0], 1)))
def test_gaussian_blur_has_the_published_width(severity, sigma):
    expected = ndimage.gaussian_filter(IMAGES, (0, sigma, sigma, 0), mode="nearest")
    np.testing.assert_allclose(gaussian_blur(IMAGES, severity, []), expected, atol=1e-12)


def published_disk(radius: float, sigma: float) -> np.ndarray:
    """Returns 17 x 17 taps, with edges softened by a 3 x 3 Gaussian."""
    disk = np.zeros((17, 17))
    for i in range(-8, 9):
        for j in range(-8, 9):
            disk[i + 8, j + 8] = i * i + j * j <= radius**2
    soft = np.exp(-np.array([[2, 1, 2], [1, 0, 1], [2, 1, 2]]) / (2 * sigma**2))
    return ndimage.correlate(disk / disk.sum(), soft / soft.sum(), mode="constant")


@pytest.mark.parametrize(
    ("severity", "radius", "sigma"),
    [(1, 0.3, 0.4), (2, 0.4, 0.5), (3, 0.5, 0.6), (4, 1, 0.2), (5, 1.5, 0.1)],
)
def test_defocus_blur_is_a_soft_disk(severity, radius, sigma):
    kernel = published_disk(radius, sigma)
    expected = ndimage.correlate(IMAGES, kernel[None, :, :, None], mode="mirror")
    np.testing.assert_allclose(defocus_blur(IMAGES, severity, []), expected, atol=1e-12)
    np.testing.assert_allclose(soft_disk(radius, sigma).sum(), 1)


def published_glass(x: np.ndarray, sigma: float, rounds: int, rng: np.random.Generator):
    """Moves one pixel after the other, each written before the next is read."""
    height, width, _ = x.shape
    x = ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest")
    for _ in range(rounds):
        for h in range(height - 1, 1, -1):
            for w in range(width - 1, 1, -1):
                dx, dy = rng.integers(-1, 1, size=2)
                x[h, w] = x[h + dy, w + dx]
    return ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest")


@pytest.mark.parametrize(
    ("severity", "sigma", "rounds"),
    [(1, 0.05, 1), (2, 0.25, 1), (3, 0.4, 1), (4, 0.25, 2), (5, 0.4, 2)],
)
def test_glass_blur_is_the_loop_over_pixels(severity, sigma, rounds):
    expected = [
        published_glass(x, sigma, rounds, rng) for x, rng in zip(IMAGES, generators(2), strict=True)
    ]
    np.testing.assert_allclose(glass_blur(IMAGES, severity, generators(2)), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("severity", "largest"), list(enumerate([1.06, 1.11, 1.16, 1.21, 1.26], 1))
)
def test_zoom_blur_averages_enlarged_images(severity, largest):
    x = natural_images(1, 32, 32)
    images = [x[0]]
    for zoom in np.arange(1, largest, 0.01):
        cut = int(np.ceil(32 / zoom))
        top = (32 - cut) // 2
        middle = x[0, top : top + cut, top : top + cut]
        large = ndimage.zoom(middle, (zoom, zoom, 1), order=1)
        top = (len(large) - 32) // 2
        images.append(large[top : top + 32, top : top + 32])
    np.testing.assert_allclose(zoom_blur(x, severity, [])[0], np.mean(images, 0), atol=1e-12)
