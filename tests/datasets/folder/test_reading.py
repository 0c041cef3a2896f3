"""Conversions, and what pictures look like after them."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import load_image_folder
from keras_lateral.datasets.folder.image_file import check_image, open_upright
from keras_lateral.datasets.folder.reading import Reading, nearly_one_colour, used_range
from tests.datasets.image_files import Image, image_folder, pixels, save


def smooth(number: int, top: int, side: int = 32) -> Any:
    """A picture with all grey levels from 0 to `top`."""
    ramp = np.linspace(0, top, side * side).reshape(side, side)
    return np.roll(ramp, 5 * number, axis=0)


def all_of(dataset: Any) -> Any:
    return np.concatenate([dataset.x_train, dataset.x_test])


def notes(folder: Path, **options: Any) -> str:
    return "\n".join(load_image_folder(folder, **options).notes)


@pytest.mark.parametrize("bits", [9, 10, 12, 14, 16])
def test_levels_survive_whatever_part_of_sixteen_bits_a_camera_uses(
    tmp_path: Path, bits: int
) -> None:
    top = 2**bits - 1
    for number in range(6):
        array = smooth(number, top).astype(np.uint16)
        save(tmp_path / ("cat" if number % 2 else "dog") / f"{number}.png", array)
    dataset = load_image_folder(tmp_path)
    assert dataset.image_shape == (32, 32, 1)
    for image in all_of(dataset):
        assert len(np.unique(image)) == 256
    # The same levels as those of the same picture in eight bits, from its definition.
    wanted = {(smooth(n, top).astype(np.uint16) // 2 ** (bits - 8)).tobytes() for n in range(6)}
    assert {image[..., 0].astype(np.uint16).tobytes() for image in all_of(dataset)} == wanted
    expected = f"Images of more than 8 bits a pixel, of which 0 to {top:,} became 0 to 255: 6"
    assert expected in "\n".join(dataset.notes)


def test_one_range_holds_for_the_whole_set_so_that_a_dark_picture_stays_dark(
    tmp_path: Path,
) -> None:
    for number in range(6):
        array = smooth(number, 4095 if number else 1000).astype(np.uint16)
        save(tmp_path / ("cat" if number % 2 else "dog") / f"{number}.tif", array)
    tops = sorted(int(image.max()) for image in all_of(load_image_folder(tmp_path)))
    assert tops == [1000 // 16, 255, 255, 255, 255, 255]


def test_values_with_an_offset_and_below_zero_are_scaled(tmp_path: Path) -> None:
    assert used_range([(31_000, 34_000), (30_000, 33_999)]) == (30_000, 34_000)
    assert used_range([(-1000, 3000)]) == (-1000, 3000)
    assert used_range([(7, 7)]) == (7, 262)
    array = (smooth(0, 4000) - 1000).astype(np.int32)
    file = check_image(save(tmp_path / "a.tif", array))
    assert file.values == (-1000, 3000)
    found = np.asarray(open_upright(file.path, True, Reading(-1000, 3000)))
    np.testing.assert_array_equal(found, (array + 1000) * 256 // 4001)


def test_sixteen_bits_of_each_colour_are_noted(tmp_path: Path) -> None:
    header = b"P6 2 2 65535\n"  # scaled by Pillow itself
    (tmp_path / "a.ppm").write_bytes(header + np.full(12, 257 * 9, ">u2").tobytes())
    assert check_image(tmp_path / "a.ppm").conversions == ()
    np.testing.assert_array_equal(np.asarray(open_upright(tmp_path / "a.ppm", False)), 9)
    save_deep_png(tmp_path / "a.png")
    assert "16 bits a colour" in check_image(tmp_path / "a.png").conversions[0]


def save_deep_png(path: Path) -> None:
    """Writes a PNG of 16 bits a colour, which Pillow reads and does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    rows = b"".join(b"\0" + bytes(range(12)) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def drawing(number: int, level: int) -> Any:
    """A line in one colour on transparency."""
    array = np.zeros((24, 24, 4), np.uint8)
    array[..., :3] = level
    array[4 + number, 3:20, 3] = 255
    array[3:20, 6 + number, 3] = 255
    return array


@pytest.mark.parametrize(
    ("levels", "background", "behind"),
    [((0, 0), "white", 255), ((255, 255), "black", 0), ((0, 255), "grey", 128)],
)
def test_drawings_on_transparency_are_laid_over_what_shows_them(
    tmp_path: Path, levels: tuple[int, int], background: str, behind: int
) -> None:
    for number in range(8):
        array = drawing(number, levels[number % 2])
        save(tmp_path / ("cat" if number % 2 else "dog") / f"{number}.png", array)
    dataset = load_image_folder(tmp_path)
    for image in all_of(dataset):
        assert image[0, 0, 0] == behind
        assert image.std() > 10
    text = "\n".join(dataset.notes)
    assert f"Images with transparency, laid over {background}: 8" in text
    assert "one colour" not in text


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "CMYK", "LAB"])
@pytest.mark.parametrize("grayscale", [False, True])
def test_every_mode_shows_the_same_picture(tmp_path: Path, mode: str, grayscale: bool) -> None:
    array = np.where(smooth(0, 255) > 128, 255, 0).astype(np.uint8)
    image = Image.fromarray(array)
    if mode == "LAB":
        lab = np.stack([array, np.zeros_like(array), np.zeros_like(array)], axis=-1)
        image = Image.frombytes("LAB", (32, 32), lab.tobytes())
    else:
        image = (image.convert("RGB") if mode == "CMYK" else image).convert(mode)
    path = tmp_path / "a.tif"
    image.save(path)
    assert check_image(path).height == 32
    found = np.asarray(open_upright(path, grayscale)).reshape(32, 32, -1)
    assert np.abs(found.astype(int) - array[..., None]).max() <= 3


def test_pictures_stored_with_three_equal_channels_are_grey(tmp_path: Path) -> None:
    for number in range(8):
        array = np.repeat(smooth(number, 255).astype(np.uint8)[..., None], 3, axis=-1)
        ending, options = ("jpg", {"quality": 90}) if number < 4 else ("png", {})
        save(tmp_path / ("cat" if number % 2 else "dog") / f"{number}.{ending}", array, **options)
    dataset = load_image_folder(tmp_path)
    assert dataset.image_shape == (32, 32, 1)
    assert "also those stored with three equal channels" in "\n".join(dataset.notes)
    assert load_image_folder(tmp_path, grayscale=False).image_shape == (32, 32, 3)
    save(tmp_path / "dog" / "colour.png", pixels(1, 32, 32))
    assert "8 of 9 images are grey" in notes(tmp_path)


def test_pictures_that_are_nearly_of_one_colour_are_named(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    assert "one colour" not in notes(folder)
    black = np.random.default_rng(0).integers(0, 16, (12, 12, 3), np.uint8)
    save(folder / "cat" / "black.png", black)
    text = notes(folder)
    assert "Images that are nearly of one colour after reading: 1 of 9 ('cat/black.png')" in text


def test_one_bright_pixel_that_turns_a_deep_picture_black_is_seen(tmp_path: Path) -> None:
    for number in range(6):
        array = smooth(number, 1000).astype(np.uint16)
        array[0, 0] = 65_535
        save(tmp_path / ("cat" if number % 2 else "dog") / f"{number}.png", array)
    assert "nearly of one colour after reading: 6 of 6" in notes(tmp_path)


def test_a_thin_line_and_a_faint_photo_are_more_than_one_colour() -> None:
    line = np.zeros((1, 64, 64, 1), np.uint8)
    line[0, 20, 10:40] = 255
    faint = (np.arange(64 * 64).reshape(1, 64, 64, 1) / 64 / 64 * 40).astype(np.uint8)
    dot = np.zeros((1, 64, 64, 1), np.uint8)
    dot[0, 3, 3] = 255
    found = nearly_one_colour(np.concatenate([line, faint, dot]))
    np.testing.assert_array_equal(found, [False, False, True])


def test_few_real_photos_are_called_nearly_of_one_colour(real_root: Path) -> None:
    sheet = np.asarray(Image.open(real_root / "cifar10" / "test_2000.webp").convert("RGB"))
    rows, columns = sheet.shape[0] // 32, sheet.shape[1] // 32
    images = sheet.reshape(rows, 32, columns, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)
    assert nearly_one_colour(images).sum() <= 1
