from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets.folder.image_file import check_image, open_upright
from tests.datasets.image_files import Image, pixels, save


def opened(path: Path, grayscale: bool = False) -> Any:
    return np.asarray(open_upright(path, grayscale))


def test_a_plain_image_is_described(tmp_path: Path) -> None:
    file = check_image(save(tmp_path / "a.png", pixels(0, 5, 7)))
    assert (file.height, file.width, file.is_grey, file.is_plain) == (5, 7, False, True)
    assert file.conversions == ()


def test_transparent_pixels_are_laid_over_white(tmp_path: Path) -> None:
    array = np.concatenate([pixels(0, 4, 4), np.zeros((4, 4, 1), np.uint8)], axis=-1)
    array[0, 0, 3], array[1, 1, 3] = 255, 51
    path = save(tmp_path / "a.png", array)
    file = check_image(path)
    assert not file.is_plain
    assert "transparency" in file.conversions[0]
    shown = opened(path)
    np.testing.assert_array_equal(shown[0, 0], array[0, 0, :3])
    np.testing.assert_allclose(shown[1, 1], 0.2 * array[1, 1, :3] + 0.8 * 255, atol=1)
    np.testing.assert_array_equal(shown[2:], np.full((2, 4, 3), 255))


def opaque_pictures() -> dict[str, Any]:
    """Pictures that could be transparent, and how their files are saved."""
    opaque = Image.fromarray(pixels(0, 6, 6)).convert("RGBA")
    grey = opaque.convert("LA")
    palette = opaque.convert("RGB").quantize(8)
    palette.info["transparency"] = bytes([255] * 8)
    unused = Image.fromarray(pixels(0, 6, 6))
    unused.info["transparency"] = (1, 2, 3)
    return {"RGBA": opaque, "LA": grey, "P": palette, "RGB": unused}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_a_picture_without_transparent_pixels_is_not_noted(tmp_path: Path, mode: str) -> None:
    image = opaque_pictures()[mode]
    image.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as saved:
        assert saved.has_transparency_data
    file = check_image(tmp_path / "a.png")
    assert (file.conversions, file.blank_on) == ((), None)
    np.testing.assert_array_equal(
        opened(tmp_path / "a.png"), np.asarray(image.convert("RGBA"))[..., :3]
    )


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_a_picture_with_one_transparent_pixel_is_noted(tmp_path: Path, mode: str) -> None:
    image = opaque_pictures()[mode]
    if mode in ("RGBA", "LA"):
        image.putpixel((2, 3), (*image.getpixel((2, 3))[:-1], 254))
    else:
        image.info["transparency"] = (
            image.getpixel((2, 3)) if mode == "RGB" else bytes([254] + [255] * 7)
        )
    image.save(tmp_path / "a.png")
    assert check_image(tmp_path / "a.png").conversions == (
        "Images with transparency, laid over {background}",
    )


def test_the_upper_eight_of_sixteen_bits_are_kept(tmp_path: Path) -> None:
    array = np.arange(0, 65_536, 257, dtype=np.uint16).reshape(16, 16)
    path = save(tmp_path / "a.png", array)
    file = check_image(path)
    assert file.is_grey
    assert "more than 8 bits" in file.conversions[0]
    assert file.values == (0, 65_535)
    np.testing.assert_array_equal(opened(path, grayscale=True), array // 256)


def test_cmyk_is_converted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(path)
    assert "CMYK" in check_image(path).conversions[0]
    np.testing.assert_allclose(opened(path), np.full((8, 8, 3), (255, 0, 0)), atol=3)


def test_the_first_picture_of_an_animation_is_used(tmp_path: Path) -> None:
    frames = [Image.new("L", (6, 6), value) for value in (50, 200)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert "several pictures" in check_image(path).conversions[0]
    np.testing.assert_array_equal(opened(path), np.full((6, 6, 3), 50))


def test_an_image_is_rotated_as_its_camera_recorded(tmp_path: Path) -> None:
    array = pixels(0, 4, 6)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise
    path = save(tmp_path / "a.png", array, exif=exif)
    file = check_image(path)
    assert (file.height, file.width, file.is_plain) == (6, 4, False)
    np.testing.assert_array_equal(opened(path), np.rot90(array, -1))


@pytest.mark.parametrize(("value", "is_grey"), [((9, 9, 9), True), ((9, 8, 9), False)])
def test_a_palette_is_grey_if_its_colours_are(
    tmp_path: Path, value: tuple[int, int, int], is_grey: bool
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (4, 4), value).convert("P", palette=Image.Palette.ADAPTIVE).save(path)
    assert check_image(path).is_grey == is_grey
    np.testing.assert_array_equal(opened(path)[0, 0], value)
