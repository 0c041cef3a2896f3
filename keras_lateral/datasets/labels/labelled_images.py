"""A user's own images, with a table of their paths and labels."""

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions, check_share
from keras_lateral.datasets.folder.framing import SQUEEZE, Resize, Size
from keras_lateral.datasets.folder.grouping import Groups
from keras_lateral.datasets.folder.image_folder import dataset_of
from keras_lateral.datasets.folder.image_folds import folds_of
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.labels.columns import Asked, as_asked
from keras_lateral.datasets.labels.labelled_layout import LabelledLayout, labelled_layout
from keras_lateral.datasets.labels.table import table_of
from keras_lateral.text import shown


def load_labelled_images(
    labels: Any,
    folder: str | os.PathLike[str] | None = None,
    *,
    path: str | int | None = None,
    label: str | int | None = None,
    split: str | int | bool | None = None,
    group: str | int | bool | None = None,
    image_size: int | Size | None = None,
    grayscale: bool | None = None,
    test_share: float = 0.25,
    seed: int = 0,
    limit_per_class: int | None = None,
    groups: Groups = None,
    resize: Resize = SQUEEZE,
    skip_damaged: bool = False,
) -> ImageDataset:
    r"""Loads images of which a table says the labels: a CSV file, or a data frame.

    The columns are known by their names (`path`, `file`, `filename`, `image` or `image_id`;
    `label`, `class`, `target` or `category`), or by what is in them: paths are what names files.
    Without a header, and with other names, they are told if there are two. Labels may also be
    one-hot, in a column for each class. A note says which columns were used, and which were not.

    A path starts from the folder, or from that of the table. An ending may be missing, and the
    folders above a name that is there only once. What holds for the images of `load_image_folder`
    holds for these: sizes, colours, copies, damaged files, notes and alarms.

    Args:
        labels: Path of a CSV file in UTF-8, with any delimiter of comma, semicolon, tab, bar and
            space; or a `pandas.DataFrame`, or what has the same `columns` and `itertuples`.
        folder: The folder of the images. Images in it that the table does not name are left out,
            which a note says. Defaults to that of the table.
        path: The column of paths, by its name or by its number from 1.
        label: The column of labels.
        split: The column that says what an image is for: `train`, `val` or `test`, or other usual
            words. It is used as the folders of a split are. `False`: there is none. Defaults to
            one named `split`, `subset`, `partition` or `set`, if it has such words in it.
        group: The column of groups, such as patients, which are never divided. `False`: there is
            none. Defaults to one named `group`, `patient`, `subject`, or one of these with `_id`.
        image_size: `(height, width)`, or the side of a square, see `load_image_folder`.
        grayscale: Whether to return one channel. Defaults to `True` if all images are grey.
        test_share: Share of each class to use for testing, if there is no split.
        seed: Non-negative integer that fixes which images are for testing.
        limit_per_class: Largest number of training images to keep of each class. Defaults to all.
        groups: What belongs together by the path of a file below the folder, see
            `load_image_folder`; instead of `group`. Defaults to nothing but copies.
        resize: What is done with images of another aspect ratio, see `load_image_folder`.
        skip_damaged: Whether files that cannot be read are left out, see `load_image_folder`.

    Returns:
        An `ImageDataset`, `uint8`. Its classes are in the order of their names, or of their
        numbers. `ImageFolds.pooled` makes folds of it.

    Raises:
        ValueError: If a column cannot be told; with all lines in which a file is missing, a label
            is empty, or a file has two labels; or see `load_image_folder`.
        PermissionError: If there is no permission to read a folder.
        ImportError: If Pillow or imagehash is missing.

    Example:

    >>> import tempfile, keras, numpy as np
    >>> from pathlib import Path
    >>> from keras_lateral.datasets import load_labelled_images
    >>> folder = Path(tempfile.mkdtemp())
    >>> lines = ["image_id,diagnosis,patient"]
    >>> for number in range(8):
    ...     pixels = np.random.default_rng(number).integers(0, 256, (20, 30, 3))
    ...     keras.utils.save_img(folder / f"{number}.png", pixels, data_format="channels_last")
    ...     lines.append(f"{number},{'benign' if number % 2 else 'malign'},{number // 2}")
    >>> _ = (folder / "labels.csv").write_text("\n".join(lines))
    >>> images = load_labelled_images(folder / "labels.csv")
    >>> images.class_names, images.names_test, images.units_test.tolist()
    (('benign', 'malign'), ('3.png', '2.png'), [1, 1])
    """
    check_share(test_share)
    options = FolderOptions(
        image_size, grayscale, groups, seed, limit_per_class, resize, skip_damaged
    )
    found = read_labels(labels, folder, as_asked(path, label, split, group))
    options = replace(options, groups=found.groups(groups))
    data = dataset_of(found.root, found.layout, options, test_share)
    for note in data.alarms:
        warnings.warn(note, UserWarning, stacklevel=2)
    return data


def images_of_labels(
    labels: Any,
    folder: str | os.PathLike[str] | None,
    asked: dict[str, Asked],
    options: FolderOptions,
    *,
    folds: int | None = None,
    test_share: float | None = None,
) -> ImageDataset | ImageFolds:
    """Returns labelled images in folds, unless they are already split or a share is to be tested.

    Args:
        labels: See `load_labelled_images`.
        folder: The folder of the images, see there.
        asked: The columns that were named, see `as_asked`.
        options: How the images are read.
        folds: Number of folds, see `load_image_folds`.
        test_share: Share of each class that is tested by every seed. Defaults to folds.

    Raises:
        ValueError: As `load_labelled_images` and `load_image_folds` do.
    """
    if test_share is not None:
        check_share(test_share)
    found = read_labels(labels, folder, asked)
    options = replace(options, groups=found.groups(options.groups))
    if folds is None and (test_share is not None or "test" in found.layout.parts):
        share = 0.5 if test_share is None else test_share
        return dataset_of(found.root, found.layout, options, share)
    return folds_of(found.root, found.layout, options, folds)


def read_labels(
    labels: Any, folder: str | os.PathLike[str] | None, asked: dict[str, Asked]
) -> LabelledLayout:
    """Returns what a table says of the images, see `load_labelled_images`."""
    table = table_of(labels)
    is_file = isinstance(labels, (str, os.PathLike))
    beside = Path(labels).expanduser().parent if is_file else Path()
    root = None if folder is None else Path(folder).expanduser()
    if root is not None and not root.is_dir():
        found = "It is a file." if root.exists() else "It does not exist."
        raise ValueError(
            "Invalid value for argument `folder`. Expected the folder of the images. "
            f"Received: folder={shown(root)}. {found}"
        )
    return labelled_layout(table, root, beside, asked)
