"""A user's own images: a folder with one folder for each class."""

import os
import statistics
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.class_folders import find_class_folders
from keras_lateral.datasets.folder.image_file import ImageFile, check_image
from keras_lateral.datasets.folder.notes import (
    notes_on_duplicates,
    notes_on_files,
    notes_on_folders,
    notes_on_split,
)
from keras_lateral.datasets.folder.read_pixels import Size, read_pixels
from keras_lateral.datasets.folder.split_files import (
    LabelledFile,
    existing_split,
    find_split_folders,
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
    split: a folder `train` beside a folder `test`, `val`, `valid` or `validation`, with
    the class folders inside.

    Every image that will be used is decoded before the first is kept, and all problems are reported
    at once, with the names of the files. What can be repaired is repaired and noted in
    `ImageDataset.notes`: different sizes, grey among coloured images, transparency, 16 bits, CMYK,
    several pictures in a file, the orientation recorded by a camera. A warning is issued if, after
    scaling, the same picture is in both training and test.

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
        An `ImageDataset`, `uint8`. Its classes are in the order of their names; unprintable
        characters in a name are escaped.

    Raises:
        ValueError: If the path is not a folder with two classes or more, if a class is empty or
            too small to be split, or if images cannot be read.
        PermissionError: If there is no permission to read a folder.
        ImportError: If Pillow is missing.

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
    folders = find_split_folders(root)
    if folders is None:
        found = find_class_folders(root)
        names = list(found.images)
        train, test = split(found, test_share, seed, limit_per_class)
        notes = [*found.notes]
    else:
        first, second = (find_class_folders(folder) for folder in folders)
        names, (train, test) = existing_split(first, second, seed, limit_per_class)
        notes = [*notes_on_folders(root, folders), *first.notes, *second.notes]
    files = _checked_files([*train, *test], root)
    size = _image_size(files, image_size)
    grey = all(file.is_grey for file in files) if grayscale is None else bool(grayscale)
    x = read_pixels(files, size, grey)
    duplicates = list(notes_on_duplicates(x, train, test, root))
    for note in duplicates:
        warnings.warn(note, UserWarning, stacklevel=2)
    notes += [*notes_on_files(files, size, grey, root), *notes_on_split(train, test), *duplicates]
    y = np.asarray([file.label for file in [*train, *test]], np.int32)
    return ImageDataset(
        name=printable(root.resolve().name) or "images",
        x_train=x[: len(train)],
        y_train=y[: len(train)],
        x_test=x[len(train) :],
        y_test=y[len(train) :],
        class_names=tuple(printable(name) for name in names),
        source="image folder",
        notes=tuple(notes),
    )


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


def _checked_files(labelled: Sequence[LabelledFile], root: Path) -> list[ImageFile]:
    files, damaged = [], []
    for item in labelled:
        try:
            files.append(check_image(item.path))
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
