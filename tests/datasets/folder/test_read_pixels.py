from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets.folder.image_file import check_image
from keras_lateral.datasets.folder.read_pixels import read_pixels, read_with_pillow
from tests.datasets.image_files import pixels, save


def test_images_are_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = [check_image(save(tmp_path / f"{99 - n}.png", pixels(n))) for n in range(70)]
    expected = np.stack([pixels(n) for n in range(70)])
    np.testing.assert_array_equal(read_pixels(files, (12, 12), False), expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_pixel_of_a_smaller_image_is_the_mean_of_its_area(tmp_path: Path, channels: int) -> None:
    array = pixels(3, 12, 18, channels)
    file = check_image(save(tmp_path / "a.png", array))
    blocks = array.reshape(4, 3, 6, 3, channels).astype("float64").mean(axis=(1, 3))
    found = read_pixels([file], (4, 6), channels == 1)
    np.testing.assert_array_equal(found[0], np.rint(blocks))


def test_what_tensorflow_cannot_decode_is_converted_first(tmp_path: Path) -> None:
    file = check_image(save(tmp_path / "a.tif", pixels(5)))
    found = read_pixels([replace(file, is_plain=True)], (12, 12), False)
    np.testing.assert_array_equal(found[0], pixels(5))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="other backends use Pillow")
def test_keras_and_pillow_read_the_same(tmp_path: Path) -> None:
    smooth = np.linspace(0, 255, 40 * 60 * 3).reshape(40, 60, 3).astype(np.uint8)
    paths: list[Any] = [
        save(tmp_path / "a.jpg", smooth, quality=95),
        save(tmp_path / "b.png", smooth),
        save(tmp_path / "c.gif", smooth[..., 0]),
        save(tmp_path / "d.webp", smooth, lossless=True),
    ]
    files = [check_image(path) for path in paths]
    with_keras, with_pillow = (
        read(files, (16, 16), False).astype(int) for read in (read_pixels, read_with_pillow)
    )
    assert np.abs(with_keras - with_pillow)[1:].max() <= 1  # 0.5 is rounded up or down
    assert np.abs(with_keras - with_pillow)[0].max() <= 4  # two decoders of JPEG
