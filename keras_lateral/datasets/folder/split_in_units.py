"""A split of files of which some belong together: each unit of them on one side."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.folder.class_folders import ClassFolders
from keras_lateral.datasets.folder.split_files import Part, labelled
from keras_lateral.datasets.units import divided, units_of_each_class
from keras_lateral.text import counted


def split_in_units(
    found: ClassFolders,
    units: NDArray[np.int64],
    test_share: float,
    seed: int,
    limit_per_class: int | None,
) -> tuple[Part, Part]:
    """Splits the files by the seed, each unit on one side, also if it is in several classes.

    Args:
        found: The files of each class.
        units: The unit of each file, in the order of `labelled`.
        test_share: Share of each class for testing, as near as the units allow.
        seed: Seed of the split.
        limit_per_class: Largest number of training images of each class.

    Returns:
        Files for training and files for testing.

    Raises:
        ValueError: If a class has no images on one side.
    """
    every = labelled(found)
    y = np.asarray([item.label for item in every])
    check_units(found, y, units)
    tested = divided(y, units, [1 - test_share, test_share], [seed]) == 1
    train: Part = []
    for label in range(len(found.images)):
        mine = np.flatnonzero((y == label) & ~tested)
        order = np.random.default_rng([seed, label]).permutation(mine)[:limit_per_class]
        train += [every[place] for place in np.sort(order)]
    return train, [every[place] for place in np.flatnonzero(tested)]


def check_units(
    found: ClassFolders, y: NDArray[Any], units: NDArray[np.int64] | None, folds: int = 2
) -> None:
    """Raises a ValueError if a class has too few images that do not belong together.

    Args:
        found: The files of each class.
        y: Label of each file.
        units: Unit of each file, none of which is divided. Defaults to one for each file.
        folds: Number of parts that are each tested.
    """
    every = np.arange(len(y)) if units is None else units
    numbers = units_of_each_class(y, every, len(found.images))
    for number, (name, paths) in zip(numbers, found.images.items(), strict=True):
        if number < folds:
            raise ValueError(_too_few_message(found.shown_class(name), len(paths), number, folds))


def _too_few_message(shown_class: str, images: int, units: int, folds: int) -> str:
    """Says that the images of a class cannot be divided, and what to do.

    Args:
        shown_class: What a message calls the class.
        images: Number of images.
        units: Number of units.
        folds: Number of parts to divide them into.
    """
    purpose = "to train on some and test on others" if units < 2 else f"for {folds} folds"
    found, add = counted(images, "image"), "add images"
    if units < images:
        found += f" in {counted(units, 'group')}, none of which is divided (copies are a group)"
        add = "add images of other groups, or say with `groups` what belongs together"
    advice = f"Choose fewer `folds`, or {add}" if units > 1 else f"{add[0].upper()}{add[1:]}"
    return f"Too few images of the class {shown_class} {purpose}: {found}. {advice}."
