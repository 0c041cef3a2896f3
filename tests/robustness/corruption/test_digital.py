"""Contrast by loops, pixelation and JPEG by Pillow, saturation by its published parameters."""

from __future__ import annotations

import sys
from io import BytesIO

import numpy as np
import pytest

from keras_lateral.robustness.corruption.digital import (
    contrast,
    jpeg_compression,
    pixelate,
    saturate,
)
from keras_lateral.robustness.corruption.drawing import saturated
from tests.corruption_images import natural_images, published_cases

IMAGES = natural_images(2, 32, 24)


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.75, 0.5, 0.4, 0.3, 0.15], [0.4, 0.3, 0.2, 0.1, 0.05]),
)
def test_contrast_keeps_the_mean_and_a_share_of_the_deviation_from_it(parameters, severity, c):
    y = contrast(IMAGES, severity, [], parameters)
    for n in range(2):
        for channel in range(3):
            x = IMAGES[n, :, :, channel]
            np.testing.assert_allclose(y[n, :, :, channel], (1 - c) * x.mean() + c * x)


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases([0.95, 0.9, 0.85, 0.75, 0.65], [0.6, 0.5, 0.4, 0.3, 0.25]),
)
def test_pixelate_agrees_with_two_box_filters_of_pillow(parameters, severity, c):
    image = pytest.importorskip("PIL.Image")
    y = pixelate(IMAGES, severity, [], parameters)
    for n in range(2):
        for channel in range(3):
            x = image.fromarray(IMAGES[n, :, :, channel].astype("float32"))
            small = x.resize((int(24 * c), int(32 * c)), image.Resampling.BOX)
            expected = np.asarray(small.resize((24, 32), image.Resampling.BOX))
            np.testing.assert_allclose(y[n, :, :, channel], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "severity", "quality"),
    published_cases([80, 65, 58, 50, 40], [25, 18, 15, 10, 7]),
)
@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_is_written_and_read_at_the_published_quality(parameters, severity, quality, channels):
    image = pytest.importorskip("PIL.Image")
    levels = np.rint(255 * IMAGES[..., :channels]).astype("uint8")
    y = jpeg_compression(levels / 255, severity, [], parameters)
    for pixels, corrupted in zip(levels, y, strict=True):
        file = BytesIO()
        image.fromarray(pixels.squeeze()).save(file, "JPEG", quality=quality)
        expected = np.asarray(image.open(file)).reshape(pixels.shape)
        np.testing.assert_array_equal(np.rint(corrupted * 255), expected)


def test_jpeg_without_pillow_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImportError, match=r"pillow is needed .*keras-lateral\[robustness\]"):
        jpeg_compression(IMAGES, 1, [])


@pytest.mark.parametrize(
    ("parameters", "severity", "c"),
    published_cases(
        [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)],
        [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)],
    ),
)
def test_saturate_has_the_published_numbers(parameters, severity, c):
    expected = saturated(IMAGES, *c)
    np.testing.assert_array_equal(saturate(IMAGES, severity, [], parameters), expected)
