"""A user's own images, all of them trained on and all of them tested on."""

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.checked_part import check_count
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions, check_share, checked_folder
from keras_lateral.datasets.folder.copy_notes import Copies
from keras_lateral.datasets.folder.damaged import readable
from keras_lateral.datasets.folder.framing import SQUEEZE, Resize, Size
from keras_lateral.datasets.folder.grouping import Groups
from keras_lateral.datasets.folder.groups import find_groups
from keras_lateral.datasets.folder.image_folder import class_names_of, dataset_of
from keras_lateral.datasets.folder.notes import notes_on_folds
from keras_lateral.datasets.folder.pictures import look_at_files, read_files
from keras_lateral.datasets.folder.seen_folder import Layout
from keras_lateral.datasets.folder.split_files import check_class_sizes, labelled
from keras_lateral.datasets.folder.split_in_units import check_units
from keras_lateral.datasets.folds import FOLDS, ImageFolds, most_folds
from keras_lateral.datasets.units import units_of_each_class
from keras_lateral.text import counted, printable, shown


def load_image_folds(
    path: str | os.PathLike[str],
    *,
    folds: int | None = None,
    image_size: int | Size | None = None,
    grayscale: bool | None = None,
    seed: int = 0,
    limit_per_class: int | None = None,
    groups: Groups = None,
    resize: Resize = SQUEEZE,
    skip_damaged: bool = False,
) -> ImageFolds:
    """Loads a folder of images in which every subfolder is one class, to be divided by each seed.

    So every image is tested, and each training has all others to train on. The files are read as
    `load_image_folder` reads them. Copies of a picture and images of one group stay in one fold.

    Args:
        path: The folder. It has no test images of its own.
        folds: Number of folds, at least 2. Defaults to 5, or as many as the smallest class has
            images that do not belong together, which a note says.
        image_size: `(height, width)`, or the side of a square, see `load_image_folder`.
        grayscale: Whether to return one channel. Defaults to `True` if all images are grey.
        seed: Non-negative integer that fixes all divisions.
        limit_per_class: Largest number of training images of each class. Every image is tested all
            the same. Defaults to all.
        groups: What belongs together, see `load_image_folder`.
        resize: What is done with images of another aspect ratio, see `load_image_folder`.
        skip_damaged: Whether files that cannot be read are left out, see `load_image_folder`.

    Returns:
        An `ImageFolds`, `uint8`.

    Raises:
        ValueError: As `load_image_folder` does; if the folder is already split; or if a class has
            fewer images, or groups of them, than there are folds.
        PermissionError: If there is no permission to read a folder.
        ImportError: If Pillow or imagehash is missing.

    Example:

    >>> import tempfile, keras, numpy as np
    >>> from pathlib import Path
    >>> from keras_lateral.datasets import load_image_folds
    >>> folder = Path(tempfile.mkdtemp())
    >>> for number in range(20):
    ...     pixels = np.random.default_rng(number).integers(0, 256, (20, 30, 3))
    ...     file = folder / ("cats" if number % 2 else "dogs") / f"{number}.png"
    ...     file.parent.mkdir(exist_ok=True)
    ...     keras.utils.save_img(file, pixels, data_format="channels_last")
    >>> images = load_image_folds(folder)
    >>> images.folds, images.split(0).x_train.shape, images.split(0).names_test
    (5, (16, 20, 30, 3), ('cats/15.png', 'cats/9.png', 'dogs/12.png', 'dogs/14.png'))
    """
    root = checked_folder(path)
    options = FolderOptions(
        image_size, grayscale, groups, seed, limit_per_class, resize, skip_damaged
    )
    data = folds_of(root, options.layout(root), options, folds)
    for note in data.alarms:
        warnings.warn(note, UserWarning, stacklevel=2)
    return data


def images_of_folder(
    path: str | os.PathLike[str],
    options: FolderOptions,
    *,
    folds: int | None = None,
    test_share: float | None = None,
) -> ImageDataset | ImageFolds:
    """Returns a folder's images in folds, unless it is already split or a share is to be tested.

    Args:
        path: The folder.
        options: How it is read.
        folds: Number of folds, see `load_image_folds`.
        test_share: Share of each class that is tested by every seed. Defaults to folds.

    Raises:
        ValueError: As `load_image_folds` and `load_image_folder` do; if folds are asked for and the
            folder is already split.
    """
    root = checked_folder(path)
    if test_share is not None:
        check_share(test_share)
    layout = options.layout(root)
    if folds is None and (test_share is not None or "test" in layout.parts):
        return dataset_of(root, layout, options, 0.5 if test_share is None else test_share)
    return folds_of(root, layout, options, folds)


def folds_of(root: Path, layout: Layout, options: FolderOptions, folds: int | None) -> ImageFolds:
    """Returns the images of an undivided folder, see `load_image_folds`."""
    if folds is not None:
        check_count(folds, "folds", at_least=2)
    if "test" in layout.parts:
        raise ValueError(
            f"Invalid value for argument `folds`. The folder {shown(root)} has images for testing "
            f"of its own: {layout.notes[0]} These are tested by every seed; leave `folds` out."
        )
    layout, checked = readable(layout, root) if options.skip_damaged else (layout, {})
    found = layout.parts["train"]
    check_class_sizes(found)
    every, groups = labelled(found), find_groups(found, options.groups)
    seen = look_at_files(every, root, groups, checked)
    y, units = np.asarray([item.label for item in every], np.int32), seen.units(every)
    check_units(found, y, units, folds or 2)
    names = class_names_of(layout)
    chosen = most_folds(y, units, len(names)) if folds is None else folds
    pixels = read_files(every, seen, options)
    copies = Copies({"train": every}, seen.copies, root)
    alarms = (*layout.alarms, *copies.warnings({"train": pixels.x}))
    notes = (
        *alarms,
        *(_notes_on_fewer_folds(y, units, names) if folds is None else ()),
        *copies.notes(kept_together=True, in_folds=True),
        *groups.note(root, divided=True),
        *layout.notes,
        *pixels.notes,
        *notes_on_folds(y, chosen, options.limit_per_class),
    )
    return ImageFolds(
        name=printable(root.resolve().name) or "images",
        x=pixels.x,
        y=y,
        class_names=names,
        source="image folder",
        notes=notes,
        units=units,
        names=seen.names(every),
        folds=chosen,
        seed=options.seed,
        limit_per_class=options.limit_per_class,
        alarms=alarms,
    )


def _notes_on_fewer_folds(
    y: NDArray[np.int32], units: NDArray[np.int64] | None, class_names: Sequence[str]
) -> Iterator[str]:
    """Notes which class is too small for as many folds as usual."""
    folds = most_folds(y, units, len(class_names))
    if folds < FOLDS:
        every = np.arange(len(y)) if units is None else units
        smallest = int(np.argmin(units_of_each_class(y, every, len(class_names))))
        grouped = len(set(every[y == smallest].tolist())) < int((y == smallest).sum())
        what = counted(folds, "group" if grouped else "image")
        yield (
            f"There are {folds} folds instead of {FOLDS}, as the class '{class_names[smallest]}' "
            f"has only {what}."
        )
