"""A user's own images: a folder with one folder for each class."""

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions, check_share, checked_folder
from keras_lateral.datasets.folder.copy_notes import Copies
from keras_lateral.datasets.folder.damaged import readable
from keras_lateral.datasets.folder.framing import SQUEEZE, Resize, Size
from keras_lateral.datasets.folder.grouping import Groups
from keras_lateral.datasets.folder.groups import FoundGroups, find_groups
from keras_lateral.datasets.folder.image_file import ImageFile
from keras_lateral.datasets.folder.notes import notes_on_shared_groups, notes_on_split
from keras_lateral.datasets.folder.pictures import SeenFiles, look_at_files, read_files
from keras_lateral.datasets.folder.seen_folder import Layout, Role
from keras_lateral.datasets.folder.split_files import (
    Part,
    check_class_sizes,
    existing_split,
    labelled,
    split,
)
from keras_lateral.datasets.folder.split_in_units import split_in_units
from keras_lateral.text import printable


def load_image_folder(
    path: str | os.PathLike[str],
    *,
    image_size: int | Size | None = None,
    grayscale: bool | None = None,
    test_share: float = 0.25,
    seed: int = 0,
    limit_per_class: int | None = None,
    groups: Groups = None,
    resize: Resize = SQUEEZE,
    skip_damaged: bool = False,
) -> ImageDataset:
    """Loads a folder of images in which every subfolder is one class.

    Each class is split into training and test images by the seed, unless the folder is already
    split: two folders or more that hold the same class folders, such as `train` beside `test`, or
    a `train` and a `test` in each class folder. What lies beside them is named in the notes. A
    folder `val` beside `test` is kept apart for validation; without `test` it is tested on.

    Every image is decoded before the first is kept, and all problems are reported at once, with
    the names of the files; with `skip_damaged`, these files are left out and named in the notes.
    What can be repaired is repaired and noted in `ImageDataset.notes`: different sizes, grey among
    coloured images, CMYK, several pictures in a file, the orientation recorded by a camera. Values
    of more than eight bits are scaled by the range that the set uses. Transparent pixels are laid
    over white, or over black or grey if that shows more images.
    Images that are nearly of one colour in the end are named.

    Copies of a picture, exact ones or near ones (saved again, resized, brighter), are found by
    perceptual hashes and a comparison of pixels. They stay on one side of a split that is made
    here. In a split that exists, a warning is issued if the same picture is in two parts, as it is
    if a picture is in two classes. These notes come first, and are `ImageDataset.alarms`.

    Images of one group, such as photos of one patient, stay on one side of the split, too: they
    are units (`ImageDataset.units_train`), like copies. A group may have images in several classes.

    On TensorFlow, `keras.utils.image_dataset_from_directory` reads the pixels; on other backends,
    which it does not support, Pillow does.

    Args:
        path: The folder.
        image_size: `(height, width)`, or the side of a square, to which all images are resized.
            Defaults to their own size, if they all have the same; otherwise to a square with the
            median of their shorter sides. Either is scaled down until no side is longer than 64
            pixels. `resize` says what is done with images of another aspect ratio.
        grayscale: Whether to return one channel. Defaults to `True` if all images are grey.
        test_share: Share of each class to use for testing, at least one image. Ignored if the
            folder is already split.
        seed: Non-negative integer that fixes which images are for testing, and which are kept
            under a limit.
        limit_per_class: Largest number of training images to keep of each class. Defaults to all.
        groups: What belongs together. `"folders"`: the images of one sub-folder of the class
            folders, as in `cat/patient1/1.png`. A regular expression with one part in parentheses,
            which is the name of the group: `"(.*)_[0-9]+"` for `cat/patient1_01.png`; it is matched
            to the path below the class folder, from its beginning. A function from this path, with
            slashes, to the name, or to `None` for an image that stands alone. `False`: nothing but
            copies. Defaults to sub-folders where a class has several of them, which a note says.
        resize: What is done with images of another aspect ratio: `"squeeze"` stretches them,
            `"crop"` keeps their centre, `"pad"` adds black borders, as Keras' `pad_to_aspect_ratio`
            does.
        skip_damaged: Whether files that cannot be read are left out. The notes name them and
            count them by class; a class that has lost more than 10 % of its files is an alarm.
            Defaults to an error that names them.

    Returns:
        An `ImageDataset`, `uint8`, with `x_validation` if the folder has a part for validation. Its
        classes are in the order of their names; unprintable characters in a name are escaped.

    Raises:
        ValueError: If the path is not a folder with two classes or more, if it is unclear what the
            classes are, if a class is empty, too small to be split, all one group, or would lose
            many files with unknown endings, or if images cannot be read.
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
    root = checked_folder(path)
    check_share(test_share)
    options = FolderOptions(
        image_size, grayscale, groups, seed, limit_per_class, resize, skip_damaged
    )
    dataset = dataset_of(root, options.layout(root), options, test_share)
    for note in dataset.alarms:
        warnings.warn(note, UserWarning, stacklevel=2)
    return dataset


def dataset_of(
    root: Path, layout: Layout, options: FolderOptions, test_share: float
) -> ImageDataset:
    """Returns the images of a folder as it is divided, or divided once, see `load_image_folder`."""
    layout, checked = readable(layout, root) if options.skip_damaged else (layout, {})
    divided_here = "test" not in layout.parts
    parts, seen = (
        _divided_here(root, layout, options, test_share, checked)
        if divided_here
        else _as_found(root, layout, options, checked)
    )
    every = [item for part in parts.values() for item in part]
    pixels = read_files(every, seen, options)
    x = _divided(pixels.x, parts)
    y = _divided(np.asarray([item.label for item in every], np.int32), parts)
    copies = Copies(parts, seen.copies, root)
    alarms = [*layout.alarms, *copies.warnings(x), *notes_on_shared_groups(parts, seen.groups)]
    notes = [
        *alarms,
        *copies.notes(kept_together=divided_here),
        *seen.groups.note(root, divided_here),
        *layout.notes,
        *pixels.notes,
        *notes_on_split(y["train"], y["test"]),
    ]
    return ImageDataset(
        name=printable(root.resolve().name) or "images",
        x_train=x["train"],
        y_train=y["train"],
        x_test=x["test"],
        y_test=y["test"],
        class_names=class_names_of(layout),
        source="image folder",
        notes=tuple(notes),
        x_validation=x.get("validation"),
        y_validation=y.get("validation"),
        units_train=seen.units(parts["train"]),
        units_test=seen.units(parts["test"]),
        names_train=seen.names(parts["train"]),
        names_test=seen.names(parts["test"]),
        alarms=tuple(alarms),
    )


def class_names_of(layout: Layout) -> tuple[str, ...]:
    """Returns the names of the classes, as they can be shown."""
    return tuple(printable(name) for name in layout.parts["train"].images)


Checked = Mapping[Path, ImageFile]


def _divided_here(
    root: Path, layout: Layout, options: FolderOptions, test_share: float, checked: Checked
) -> tuple[dict[Role, Part], SeenFiles]:
    found, seed, limit = layout.parts["train"], options.seed, options.limit_per_class
    check_class_sizes(found)
    groups = find_groups(found, options.groups)
    seen = look_at_files(labelled(found), root, groups, checked)
    units = seen.units(labelled(found))
    if groups.names and units is not None:
        train, test = split_in_units(found, units, test_share, seed, limit)
    else:
        train, test = split(found, seen.copies, test_share, seed, limit)
    return {"train": train, "test": test}, seen


def _as_found(
    root: Path, layout: Layout, options: FolderOptions, checked: Checked
) -> tuple[dict[Role, Part], SeenFiles]:
    parts = existing_split(layout.parts, options.seed, options.limit_per_class)
    names: dict[Path, str] = {}
    for role, found in layout.parts.items():
        part = find_groups(found, options.groups)
        # Sub-folders that were not said to be groups may have the same names by chance.
        names |= {
            path: name if part.asked_for else f"{role}/{name}" for path, name in part.names.items()
        }
    groups = FoundGroups(names, part.by_folder, part.asked_for)
    every = [item for part in parts.values() for item in part]
    return parts, look_at_files(every, root, groups, checked)


def _divided(array: NDArray[Any], parts: Mapping[Role, Part]) -> dict[Role, NDArray[Any]]:
    """Returns the part of an array that belongs to each part of the files."""
    ends = np.cumsum([len(part) for part in parts.values()])[:-1]
    return dict(zip(parts, np.split(array, ends), strict=True))
