"""Snow and brightness against the published steps, image by image."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.motion import motion_blurred
from keras_lateral.robustness.corruption.weather import brightness, snow
from tests.corruption_images import generators, natural_images, published_cases

SNOW = [
    (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
    (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
    (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
    (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
    (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
]
IMAGENET_SNOW = [
    (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
    (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
    (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
    (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
    (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
]


def published_snow(x: np.ndarray, c: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    flakes = rng.normal(size=(32, 32), loc=c[0], scale=c[1])
    cut = int(np.ceil(32 / c[2]))
    top = (32 - cut) // 2
    flakes = ndimage.zoom(flakes[top : top + cut, top : top + cut], c[2], order=1)
    top = (len(flakes) - 32) // 2
    flakes = flakes[top : top + 32, top : top + 32]
    flakes[flakes < c[3]] = 0
    flakes = np.clip(flakes, 0, 1)[None, :, :, None]
    flakes = motion_blurred(flakes, c[4], c[5], np.array([rng.uniform(-135, -45)]))[0]
    grey = 0.299 * x[..., 0] + 0.587 * x[..., 1] + 0.114 * x[..., 2]
    x = c[6] * x + (1 - c[6]) * np.maximum(x, grey.reshape(32, 32, 1) * 1.5 + 0.5)
    return x + flakes + np.rot90(flakes, k=2)


@pytest.mark.parametrize(
    ("parameters", "severity", "settings"), published_cases(SNOW, IMAGENET_SNOW)
)
def test_snow_is_made_of_falling_flakes_and_a_veil(parameters, severity, settings):
    x = natural_images(2, 32, 32)
    expected = [
        published_snow(image, settings, rng) for image, rng in zip(x, generators(2), strict=True)
    ]
    y = snow(x, severity, generators(2), parameters)
    np.testing.assert_allclose(y, expected, atol=1e-12)


def brighter(pixel: np.ndarray, c: float) -> tuple[float, ...]:
    h, s, v = colorsys.rgb_to_hsv(*pixel)
    return colorsys.hsv_to_rgb(h, s, min(v + c, 1))


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.05, 0.1, 0.15, 0.2, 0.3], [0.1, 0.2, 0.3, 0.4, 0.5]),
)
def test_brightness_raises_the_value_of_the_colour(parameters, severity, c):
    x = natural_images(1, 8, 9)
    x[0, 0, :4] = [[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1], [0, 0.9, 0.1]]
    expected = np.apply_along_axis(brighter, -1, x, c)
    np.testing.assert_allclose(brightness(x, severity, [], parameters), expected, atol=1e-12)


def test_grey_images_are_treated_as_three_equal_channels():
    x = natural_images(2, 12, 9, channels=1)
    for corruption in (snow, brightness):
        colour = corruption(np.repeat(x, 3, axis=-1), 4, generators(2))
        np.testing.assert_allclose(np.repeat(corruption(x, 4, generators(2)), 3, -1), colour)
