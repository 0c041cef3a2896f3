"""Water and mud where blurred noise is above a threshold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.robustness.corruption.spatter import light_in_drops, spatter
from tests.corruption_images import generators, natural_images, published_cases

IMAGES = natural_images(3, 32, 32)
GREY = [0.299, 0.587, 0.114]


def liquid(mean: float, deviation: float, sigma: float, threshold: float) -> np.ndarray:
    noise = [rng.normal(mean, deviation, size=(32, 32)) for rng in generators(3)]
    smooth = [ndimage.gaussian_filter(image, sigma, mode="nearest") for image in noise]
    return np.where(np.array(smooth) < threshold, 0, smooth)


@pytest.mark.parametrize(
    ("parameters", "severity", "settings"),
    published_cases(
        [(0.62, 0.1, 0.7, 0.7, 0.5), (0.65, 0.1, 0.8, 0.7, 0.5), (0.65, 0.3, 1, 0.69, 0.5)],
        [(0.65, 0.3, 4, 0.69, 0.6), (0.65, 0.3, 3, 0.68, 0.6), (0.65, 0.3, 2, 0.68, 0.5)],
    ),
)
def test_water_adds_pale_turquoise_where_there_is_light(parameters, severity, settings):
    *settings, strength = settings
    levels = np.minimum(liquid(*settings) * 255, 255).astype("uint8")
    colour = np.array([175, 238, 238]) / 255
    expected = IMAGES + strength * light_in_drops(levels)[..., None] * colour
    assert (expected > IMAGES).any()
    found = spatter(IMAGES, severity, generators(3), parameters)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("parameters", "severity", "settings"),
    [
        ("cifar10", 4, (0.65, 0.1, 0.7, 0.69, 0.6)),
        ("cifar10", 5, (0.65, 0.1, 0.5, 0.68, 0.6)),
        ("imagenet", 4, (0.65, 0.3, 1, 0.65, 1.5)),
        ("imagenet", 5, (0.67, 0.4, 1, 0.65, 1.5)),
    ],
)
def test_mud_hides_what_is_behind(parameters, severity, settings):
    *settings, blur = settings
    mud = (liquid(*settings) > settings[3]).astype(float)
    m = np.stack([ndimage.gaussian_filter(image, blur, mode="nearest") for image in mud])[..., None]
    m = np.where(m < 0.8, 0, m)
    expected = IMAGES * (1 - m) + m * np.array([63, 42, 20]) / 255
    assert m.any()
    found = spatter(IMAGES, severity, generators(3), parameters)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("severity", [3, 5])
def test_a_grey_image_gets_the_grey_of_the_colour(severity):
    x = IMAGES[..., :1]
    colour = spatter(np.repeat(x, 3, axis=-1), severity, generators(3))
    grey = spatter(x, severity, generators(3))
    np.testing.assert_allclose(grey[..., 0], colour @ GREY)
