"""A picture in a page has the very pixels."""

import io

import numpy as np
import pytest

from keras_lateral.comparison.report.png import png_bytes

pytestmark = pytest.mark.home


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_another_reader_finds_the_same_pixels(channels: int) -> None:
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels)).astype("uint8")
    found = np.asarray(image.open(io.BytesIO(png_bytes(pixels))))
    np.testing.assert_array_equal(found.reshape(pixels.shape), pixels)
