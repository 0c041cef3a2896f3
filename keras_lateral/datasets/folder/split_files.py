"""Which files are for training and which are for testing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from keras_lateral.datasets.folder.class_folders import ClassFolders
from keras_lateral.datasets.folder.seen_folder import Role
from keras_lateral.text import shown

Side = Literal["train", "test"]


@dataclass(frozen=True)
class LabelledFile:
    """A file and its label."""

    path: Path
    label: int


Part = list[LabelledFile]


def labelled(found: ClassFolders) -> Part:
    """Returns all files with their labels."""
    return [
        LabelledFile(path, label)
        for label, paths in enumerate(found.images.values())
        for path in paths
    ]


def check_class_sizes(found: ClassFolders) -> None:
    """Raises a ValueError if a class has only one image."""
    for name, paths in found.images.items():
        if len(paths) < 2:
            raise ValueError(
                f"Too few images of the class {found.shown_class(name)} to train on some and test "
                f"on others. Expected at least 2. Found {len(paths)}."
            )


def split(
    found: ClassFolders,
    groups: Sequence[Sequence[Path]],
    test_share: float,
    seed: int,
    limit_per_class: int | None,
) -> tuple[Part, Part]:
    """Splits every class by the seed.

    The test files do not depend on the limit. Files of one group stay on one side, also if they
    are in different classes, unless a class would be left without an image on the other.

    Args:
        found: The files of each class, two or more.
        groups: Files that show the same picture.
        test_share: Share of each class for testing, rounded to at least one file.
        seed: Seed of the split.
        limit_per_class: Largest number of training images of each class.

    Returns:
        Files for training and files for testing.
    """
    group_of = {path: number for number, group in enumerate(groups) for path in group}
    side_of: dict[int, Side] = {}
    train: Part = []
    test: Part = []
    for label, paths in enumerate(found.images.values()):
        number = min(max(1, round(test_share * len(paths))), len(paths) - 1)
        order = _shuffled_places(len(paths), seed, label)
        held_out = _held_out([group_of.get(path) for path in paths], order, number, side_of)
        kept = [place for place in order if place not in held_out]
        test += _labelled_files(paths, label, sorted(held_out), None)
        train += _labelled_files(paths, label, kept, limit_per_class)
    return train, test


def _held_out(
    groups: Sequence[int | None], order: Sequence[int], number: int, side_of: dict[int, Side]
) -> set[int]:
    """Returns the places of a class to test on: the first ones in order, and whole groups.

    Args:
        groups: The number of the group of each file.
        order: The places in the order of choice.
        number: How many to hold out, if the sizes of the groups allow.
        side_of: The side of the groups that are decided; it gets those of the others.
    """
    places: dict[int, set[int]] = {}
    for place, group in enumerate(groups):
        if group is not None:
            places.setdefault(group, set()).add(place)
    decided = set(side_of)
    tested = (places[group] for group in places if side_of.get(group) == "test")
    held_out: set[int] = set().union(*tested)
    for place in order:
        group = groups[place]
        if group in side_of:
            continue
        together = {place} if group is None else places[group]
        fits = len(held_out) + len(together) <= number
        if group is not None:
            side_of[group] = "test" if fits else "train"
        held_out |= together if fits else set()
    if not held_out:  # every group is larger than what is to be held out
        free = [group for group in places if group not in decided]
        smaller = [group for group in free if len(places[group]) < len(groups)]
        for smallest in sorted(smaller, key=lambda group: (len(places[group]), group))[:1]:
            side_of[smallest] = "test"
            held_out = set(places[smallest])
    return held_out if 0 < len(held_out) < len(groups) else set(order[:number])


def existing_split(
    parts: Mapping[Role, ClassFolders], seed: int, limit_per_class: int | None
) -> dict[Role, Part]:
    """Returns the files as they are already split, and training ones under a limit.

    Raises:
        ValueError: If the parts do not hold the same classes.
    """
    train = parts["train"]
    for other in parts.values():
        _check_same_classes(train, other)
    names = list(train.images)
    files: dict[Role, Part] = {"train": []}
    for label, paths in enumerate(train.images.values()):
        order = _shuffled_places(len(paths), seed, label)
        files["train"] += _labelled_files(paths, label, order, limit_per_class)
    for role, found in parts.items():
        if role != "train":
            files[role] = [
                LabelledFile(path, label)
                for label, name in enumerate(names)
                for path in found.images[name]
            ]
    return files


def _check_same_classes(first: ClassFolders, second: ClassFolders) -> None:
    if set(first.images) != set(second.images):
        folders = [
            folder.shown_class(name)
            for folder, other in ((first, second), (second, first))
            for name in sorted(set(folder.images) - set(other.images))
        ]
        raise ValueError(
            f"Expected the same class folders in {shown(first.root)} and {shown(second.root)}. "
            f"Found in only one of them: {', '.join(folders[:5])}."
        )


def _shuffled_places(number: int, seed: int, label: int) -> list[int]:
    order: list[int] = np.random.default_rng([seed, label]).permutation(number).tolist()
    return order


def _labelled_files(
    paths: Sequence[Path], label: int, order: Sequence[int], limit: int | None
) -> Part:
    return [LabelledFile(paths[place], label) for place in sorted(order[:limit])]
