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
from tests.corruption_images import generators, natural_images, published_cases

IMAGES = natural_images(2, 10, 13)


@pytest.mark.parametrize(
    ("parameters", "severity", "sigma"),
    published_cases([0.4, 0.6, 0.7, 0.8, 1.0], [1, 2, 3, 4, 6]),
)
def test_gaussian_blur_has_the_published_width(parameters, severity, sigma):
    expected = ndimage.gaussian_filter(IMAGES, (0, sigma, sigma, 0), mode="nearest")
    np.testing.assert_allclose(
        gaussian_blur(IMAGES, severity, [], parameters), expected, atol=1e-12
    )


def published_disk(radius: float, sigma: float) -> np.ndarray:
    """Returns 17 x 17 taps softened by 3 x 3, or as many as the disk is wide softened by 5 x 5."""
    end, reach = (8, 1) if radius <= 8 else (radius, 2)
    i = np.arange(-end, end + 1)
    disk = np.array([[a * a + b * b <= radius**2 for b in i] for a in i], float)
    d = np.arange(-reach, reach + 1)
    soft = np.exp(-(d[:, None] ** 2 + d**2) / (2 * sigma**2))
    return ndimage.correlate(disk / disk.sum(), soft / soft.sum(), mode="mirror")


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
        [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
    ),
)
def test_defocus_blur_is_a_soft_disk(parameters, severity, c):
    kernel = published_disk(*c)
    expected = ndimage.correlate(IMAGES, kernel[None, :, :, None], mode="mirror")
    y = defocus_blur(IMAGES, severity, [], parameters)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    np.testing.assert_allclose(soft_disk(*c).sum(), kernel.sum())


def published_glass(x: np.ndarray, c: tuple[float, int, int], rng: np.random.Generator):
    """Moves one pixel after the other, each written before the next is read."""
    (height, width, _), (sigma, far, rounds) = x.shape, c
    x = ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest")
    for _ in range(rounds):
        for h in range(height - far, far, -1):
            for w in range(width - far, far, -1):
                dx, dy = rng.integers(-far, far, size=2)
                x[h, w] = x[h + dy, w + dx]
    return ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest")


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)],
        [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)],
    ),
)
def test_glass_blur_is_the_loop_over_pixels(parameters, severity, c):
    images = natural_images(2, 17, 21)
    expected = [published_glass(x, c, rng) for x, rng in zip(images, generators(2), strict=True)]
    y = glass_blur(images, severity, generators(2), parameters)
    np.testing.assert_allclose(y, expected, atol=1e-12)


def test_glass_blur_leaves_the_pixels_of_an_image_too_small_for_it():
    blurred_twice = published_glass(IMAGES[0, :8, :8], (1.5, 4, 0), np.random.default_rng(0))
    y = glass_blur(IMAGES[:1, :8, :8], 5, generators(1), "imagenet")
    np.testing.assert_allclose(y[0], blurred_twice, atol=1e-12)


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
        [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)],
    ),
)
def test_zoom_blur_averages_enlarged_images(parameters, severity, c):
    x = natural_images(1, 32, 32)
    images = [x[0]]
    for zoom in np.arange(1, *c):
        cut = int(np.ceil(32 / zoom))
        top = (32 - cut) // 2
        middle = x[0, top : top + cut, top : top + cut]
        large = ndimage.zoom(middle, (zoom, zoom, 1), order=1)
        top = (len(large) - 32) // 2
        images.append(large[top : top + 32, top : top + 32])
    y = zoom_blur(x, severity, [], parameters)[0]
    np.testing.assert_allclose(y, np.mean(images, 0), atol=1e-12)
