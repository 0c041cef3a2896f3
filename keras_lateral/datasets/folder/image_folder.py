"""A user's own images: a folder with one folder for each class."""

import os
import statistics
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.copy_notes import Copies
from keras_lateral.datasets.folder.image_file import ImageFile, check_image
from keras_lateral.datasets.folder.layout import find_layout
from keras_lateral.datasets.folder.near_copies import groups_of_copies
from keras_lateral.datasets.folder.notes import (
    notes_on_files,
    notes_on_one_colour,
    notes_on_split,
)
from keras_lateral.datasets.folder.read_pixels import Size, read_pixels
from keras_lateral.datasets.folder.reading import Reading, chosen_background, used_range
from keras_lateral.datasets.folder.seen_folder import Role
from keras_lateral.datasets.folder.split_files import (
    LabelledFile,
    Part,
    check_class_sizes,
    existing_split,
    labelled,
    split,
)
from keras_lateral.text import printable, shown

LARGEST_SIDE = 64


def load_image_folder(
    path: str | os.PathLike[str],
    *,
    image_size: int | Size | None = None,
    grayscale: bool | None = None,
    test_share: float = 0.25,
    seed: int = 0,
    limit_per_class: int | None = None,
) -> ImageDataset:
    """Loads a folder of images in which every subfolder is one class.

    Each class is split into training and test images by the seed, unless the folder is already
    split: two folders or more that hold the same class folders, such as `train` beside `test`, or
    a `train` and a `test` in each class folder. What lies beside them is named in the notes. A
    folder `val` beside `test` is kept apart for validation; without `test` it is tested on.

    Every image is decoded before the first is kept, and all problems are reported at once, with
    the names of the files. What can be repaired is repaired and noted in `ImageDataset.notes`:
    different sizes, grey among coloured images, CMYK, several pictures in a file, the orientation
    recorded by a camera. Values of more than eight bits are scaled by the range that the set uses.
    Transparent pixels are laid over white, or over black or grey if that shows more images.
    Images that are nearly of one colour in the end are named.

    Copies of a picture, exact ones or near ones (saved again, resized, brighter), are found by
    perceptual hashes and a comparison of pixels. They stay on one side of a split that is made
    here. In a split that exists, a warning is issued if the same picture is in two parts, as it is
    if a picture is in two classes. These notes come first.

    On TensorFlow, `keras.utils.image_dataset_from_directory` reads the pixels; on other backends,
    which it does not support, Pillow does.

    Args:
        path: The folder.
        image_size: `(height, width)`, or the side of a square, to which all images are resized.
            Defaults to their own size, if they all have the same; otherwise to a square with the
            median of their shorter sides. Either is scaled down until no side is longer than 64
            pixels. Images with another aspect ratio are stretched.
        grayscale: Whether to return one channel. Defaults to `True` if all images are grey.
        test_share: Share of each class to use for testing, at least one image. Ignored if the
            folder is already split.
        seed: Non-negative integer that fixes which images are for testing, and which are kept
            under a limit.
        limit_per_class: Largest number of training images to keep of each class. Defaults to all.

    Returns:
        An `ImageDataset`, `uint8`, with `x_validation` if the folder has a part for validation. Its
        classes are in the order of their names; unprintable characters in a name are escaped.

    Raises:
        ValueError: If the path is not a folder with two classes or more, if it is unclear what the
            classes are, if a class is empty, too small to be split or would lose many files with
            unknown endings, or if images cannot be read.
        PermissionError: If there is no permission to read a folder.
        ImportError: If Pillow or imagehash is missing.

    Example:

    >>> import tempfile, keras, numpy as np
    >>> from pathlib import Path
    >>> from keras_lateral.datasets import load_image_folder
    >>> folder = Path(tempfile.mkdtemp())
    >>> for number in range(8):
    ...     pixels = np.random.default_rng(number).integers(0, 256, (20, 30, 3))
    ...     file = folder / ("cats" if number % 2 else "dogs") / f"{number}.png"
    ...     file.parent.mkdir(exist_ok=True)
    ...     keras.utils.save_img(file, pixels, data_format="channels_last")
    >>> images = load_image_folder(folder)
    >>> images.class_names, images.image_shape, len(images.x_train), len(images.x_test)
    (('cats', 'dogs'), (20, 30, 3), 6, 2)
    """
    root = _checked_folder(path)
    _check_numbers(image_size, test_share, seed, limit_per_class)
    layout = find_layout(root)
    divided = "test" in layout.parts
    if divided:
        parts = existing_split(layout.parts, seed, limit_per_class)
        checked = _checked_files([item for part in parts.values() for item in part], root)
        groups = _groups(checked.values())
    else:
        found = layout.parts["train"]
        check_class_sizes(found)
        checked = _checked_files(labelled(found), root)
        groups = _groups(checked.values())
        train, test = split(found, groups, test_share, seed, limit_per_class)
        parts = {"train": train, "test": test}
    every = [item for part in parts.values() for item in part]
    files = [checked[item.path] for item in every]
    size = _image_size(files, image_size)
    grey = all(file.is_grey for file in files) if grayscale is None else bool(grayscale)
    reading = _common_reading(files)
    pixels = read_pixels(files, size, grey, reading)
    x = _divided(pixels, parts)
    y = _divided(np.asarray([item.label for item in every], np.int32), parts)
    copies = Copies(parts, groups, root)
    alarms = list(copies.warnings(x))
    for note in alarms:
        warnings.warn(note, UserWarning, stacklevel=2)
    notes = [
        *alarms,
        *copies.notes(kept_together=not divided),
        *layout.notes,
        *notes_on_one_colour(pixels, files, root),
        *notes_on_files(files, size, grey, reading, root),
        *notes_on_split(parts["train"], parts["test"]),
    ]
    return ImageDataset(
        name=printable(root.resolve().name) or "images",
        x_train=x["train"],
        y_train=y["train"],
        x_test=x["test"],
        y_test=y["test"],
        class_names=tuple(printable(name) for name in layout.parts["train"].images),
        source="image folder",
        notes=tuple(notes),
        x_validation=x.get("validation"),
        y_validation=y.get("validation"),
    )


def _divided(array: NDArray[Any], parts: Mapping[Role, Part]) -> dict[Role, NDArray[Any]]:
    """Returns the part of an array that belongs to each part of the files."""
    ends = np.cumsum([len(part) for part in parts.values()])[:-1]
    return dict(zip(parts, np.split(array, ends), strict=True))


def _groups(files: Iterable[ImageFile]) -> list[list[Path]]:
    """Returns the paths of the files that show the same picture."""
    every = list(files)
    groups = groups_of_copies([file.looks for file in every])
    return [[every[place].path for place in group] for group in groups]


def _common_reading(files: Sequence[ImageFile]) -> Reading:
    """Returns what is the same for all images: the range of deep ones, and the background."""
    ranges = [file.values for file in files if file.values is not None]
    low, high = used_range(ranges) if ranges else (0, 65_535)
    blank_on = (file.blank_on for file in files if file.blank_on is not None)
    return Reading(low, high, chosen_background(blank_on))


def _checked_folder(path: str | os.PathLike[str]) -> Path:
    root = Path(path).expanduser()
    if not root.is_dir():
        found = "It is a file." if root.exists() else "It does not exist."
        raise ValueError(
            "Invalid value for argument `path`. Expected a folder with one folder of images for "
            f"each class. Received: path={shown(root)}. {found}"
        )
    return root


def _check_numbers(
    image_size: int | Size | None, test_share: float, seed: int, limit: int | None
) -> None:
    sides = image_size if isinstance(image_size, Sequence) else (image_size,) * 2
    if image_size is not None and (len(sides) != 2 or not all(_is_count(side) for side in sides)):
        raise ValueError(
            "Invalid value for argument `image_size`. Expected a positive number of pixels or "
            f"(height, width). Received: image_size={image_size!r}"
        )
    if not 0 < test_share < 1:
        raise ValueError(
            "Invalid value for argument `test_share`. Expected a number between 0 and 1. "
            f"Received: test_share={test_share!r}"
        )
    if not _is_count(seed, at_least=0):
        raise ValueError(
            "Invalid value for argument `seed`. Expected a non-negative integer. "
            f"Received: seed={seed!r}"
        )
    if limit is not None and not _is_count(limit):
        raise ValueError(
            "Invalid value for argument `limit_per_class`. Expected an integer of at least 1. "
            f"Received: limit_per_class={limit!r}"
        )


def _is_count(value: Any, at_least: int = 1) -> bool:
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return is_integer and value >= at_least


def _checked_files(labelled: Sequence[LabelledFile], root: Path) -> dict[Path, ImageFile]:
    files, damaged = {}, []
    for item in labelled:
        try:
            files[item.path] = check_image(item.path)
        except ValueError as error:
            damaged.append(f"{shown(item.path)}: {printable(str(error))}")
    if damaged:
        lines = "\n".join(f"- {line}" for line in damaged[:20])
        more = f"\n- and {len(damaged) - 20:,} more" if len(damaged) > 20 else ""
        raise ValueError(
            f"{len(damaged):,} of {len(labelled):,} images in {shown(root)} cannot be read:\n"
            f"{lines}{more}\nRepair or remove them."
        )
    return files


def _image_size(files: Sequence[ImageFile], image_size: int | Size | None) -> Size:
    if isinstance(image_size, Sequence):
        return int(image_size[0]), int(image_size[1])
    if image_size is not None:
        return int(image_size), int(image_size)
    height, width = files[0].height, files[0].width
    if any((file.height, file.width) != (height, width) for file in files):
        shorter = statistics.median_low(min(file.height, file.width) for file in files)
        height = width = shorter
    scale = min(1.0, LARGEST_SIDE / max(height, width))
    return max(1, round(scale * height)), max(1, round(scale * width))
