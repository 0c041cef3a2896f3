from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import load_image_folder, load_image_folds
from keras_lateral.datasets.folder.framing import RESIZES, frame_of, framed
from keras_lateral.datasets.folder.image_file import check_image
from keras_lateral.datasets.folder.read_pixels import (
    read_pixels,
    read_with_pillow,
    resize_by_area,
)
from tests.datasets.image_files import Image, pixels, save

SIZES = [(20, 30), (30, 20), (16, 16), (7, 50), (1, 40), (33, 32)]
TARGETS = [(8, 8), (10, 20), (20, 10)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_frame_has_the_shape_that_is_asked_for_and_the_image_s_centre(
    size: Any, target: Any
) -> None:
    for resize in RESIZES:
        left, top, right, bottom = frame_of(size, target, resize)
        height, width = bottom - top, right - left
        if resize == "squeeze":
            assert (left, top, height, width) == (0, 0, *size)
            continue
        # One side is the image's own, and the other within half a pixel of the aspect ratio.
        assert height == size[0] or width == size[1]
        exact = height * target[1] / target[0], width * target[0] / target[1]
        assert abs(exact[0] - width) <= 0.5 or abs(exact[1] - height) <= 0.5 or 1 in (height, width)
        inside = height <= size[0] and width <= size[1]
        assert inside if resize == "crop" else height >= size[0] and width >= size[1]
        for low, high, side in ((left, right, size[1]), (top, bottom, size[0])):
            assert abs(low + high - side) <= 1  # in the middle


def test_cropped_and_padded_pixels_are_those_of_numpy() -> None:
    array = pixels(0, 6, 10)
    image = Image.fromarray(array)
    np.testing.assert_array_equal(framed(image, (4, 4), "crop"), array[:, 2:8])
    padded = np.pad(array, ((2, 2), (0, 0), (0, 0)))
    np.testing.assert_array_equal(framed(image, (4, 4), "pad"), padded)
    np.testing.assert_array_equal(framed(image, (4, 4), "squeeze"), array)


def crop_and_pad_by_hand(array: Any) -> dict[str, Any]:
    """Of an image of 8 x 16 pixels that becomes 4 x 4: means of 2 x 2, or of 4 x 4 pixels."""

    def means(image: Any, side: int) -> Any:
        height, width = image.shape[0] // side, image.shape[1] // side
        return np.rint(image.reshape(height, side, width, side, 3).mean(axis=(1, 3)))

    bordered = np.concatenate([np.zeros((4, 16, 3)), array, np.zeros((4, 16, 3))])
    return {"crop": means(array[:, 4:12].astype(float), 2), "pad": means(bordered, 4)}


@pytest.mark.parametrize("resize", ["crop", "pad"])
@pytest.mark.parametrize("ending", ["png", "bmp"])
def test_files_are_read_cropped_or_padded(tmp_path: Path, resize: Any, ending: str) -> None:
    array = pixels(1, 8, 16)
    file = check_image(save(tmp_path / f"a.{ending}", array))
    grey = check_image(save(tmp_path / f"b.{ending}", array[..., 0]))
    for read in (read_pixels, read_with_pillow):
        found = read([file], (4, 4), False, None, resize)
        np.testing.assert_array_equal(found[0], crop_and_pad_by_hand(array)[resize])
        found = read([grey], (4, 4), True, None, resize)
        by_hand = crop_and_pad_by_hand(np.repeat(array[..., :1], 3, axis=-1))[resize]
        np.testing.assert_array_equal(found[0], by_hand[..., :1])


def test_a_large_image_is_reduced_to_the_means_of_its_areas(tmp_path: Path) -> None:
    smooth = np.linspace(0, 200, 150 * 210 * 3).reshape(150, 210, 3)
    array = (smooth + pixels(2, 150, 210) / 5).astype(np.uint8)
    file = check_image(save(tmp_path / "a.png", array))
    exact = resize_by_area(array[:, 30:180], (7, 7))
    for read in (read_pixels, read_with_pillow):
        found = read([file], (7, 7), False, None, "crop")[0]
        assert np.abs(found - exact).max() <= 0.8  # half a level is that of rounding


def folder_of_two_shapes(root: Path) -> Path:
    for label, name in enumerate(("cat", "dog")):
        for number in range(5):
            save(root / name / f"{number}.png", pixels(10 * label + number, 12, 12 + 6 * label))
    return root


def test_a_folder_is_squeezed_cropped_or_padded_and_the_notes_say_so(tmp_path: Path) -> None:
    folder = folder_of_two_shapes(tmp_path / "photos")
    words = {"squeeze": "were stretched", "crop": "the centre was kept", "pad": "black borders"}
    found = {}
    for resize, text in words.items():
        folds = load_image_folds(folder, resize=resize)  # type: ignore[arg-type]
        dataset = load_image_folder(folder, resize=resize)  # type: ignore[arg-type]
        for data in (folds, dataset):
            assert data.image_shape == (12, 12, 3)
            assert f"{text} (`resize`: '{resize}')" in "\n".join(data.notes)
        found[resize] = folds.x
    dogs = load_image_folds(folder, resize="crop")
    first = pixels(10, 12, 18)
    np.testing.assert_array_equal(found["crop"][dogs.y == 1][0], first[:, 3:15])
    assert not found["pad"][dogs.y == 1][:, [0, -1]].any()
    for resize in ("crop", "pad"):  # squares stay as they are
        np.testing.assert_array_equal(found[resize][:5], found["squeeze"][:5])


def test_another_word_is_refused(tmp_path: Path) -> None:
    folder = folder_of_two_shapes(tmp_path / "photos")
    with pytest.raises(ValueError, match="one of {squeeze, crop, pad}. Received"):
        load_image_folder(folder, resize="stretch")  # type: ignore[arg-type]
