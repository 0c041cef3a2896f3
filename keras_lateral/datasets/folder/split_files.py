"""Which files are for training and which for testing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_lateral.datasets.folder.class_folders import ClassFolders
from keras_lateral.text import shown

_FIRST = ("train", "training")
_SECOND = ("test", "testing", "val", "valid", "validation")  # the first that is there


@dataclass(frozen=True)
class LabelledFile:
    """A file and the number of its class."""

    path: Path
    label: int


Part = list[LabelledFile]


def split(
    found: ClassFolders, test_share: float, seed: int, limit_per_class: int | None
) -> tuple[Part, Part]:
    """Divides every class by the seed.

    What is for testing does not depend on the limit.

    Args:
        found: The files of each class.
        test_share: Share of each class for testing, rounded, at least one.
        seed: Of the division.
        limit_per_class: Training images to keep at most.

    Returns:
        Files for training and files for testing.

    Raises:
        ValueError: If a class has one image.
    """
    train: Part = []
    test: Part = []
    for label, (name, paths) in enumerate(found.images.items()):
        if len(paths) < 2:
            raise ValueError(
                f"Too few images of the class {shown(found.root / name)} to train on some and test "
                f"on others. Expected at least 2. Found {len(paths)}."
            )
        held_out = min(max(1, round(test_share * len(paths))), len(paths) - 1)
        order = _order(len(paths), seed, label)
        test += _pick(paths, label, order[:held_out], None)
        train += _pick(paths, label, order[held_out:], limit_per_class)
    return train, test


def find_division(root: Path) -> tuple[Path, Path] | None:
    """The two folders of a division that is there already, such as `train` and `test`."""
    folders = {path.name.lower(): path for path in sorted(root.iterdir()) if path.is_dir()}
    first = [folders[name] for name in _FIRST if name in folders]
    second = [folders[name] for name in _SECOND if name in folders]
    strange = [name for name in folders if name not in (*_FIRST, *_SECOND) and name[0] != "."]
    return None if strange or not first or not second else (first[0], second[0])


def divided(
    first: ClassFolders, second: ClassFolders, seed: int, limit_per_class: int | None
) -> tuple[list[str], tuple[Part, Part]]:
    """Takes a division as it was found.

    Raises:
        ValueError: If the two do not hold the same classes.
    """
    if set(first.images) != set(second.images):
        folders = [
            shown(one.root / name)
            for one, other in ((first, second), (second, first))
            for name in sorted(set(one.images) - set(other.images))
        ]
        raise ValueError(
            f"Expected the same class folders in {shown(first.root)} and {shown(second.root)}. "
            f"Found only in one: {', '.join(folders[:5])}."
        )
    train: Part = []
    test: Part = []
    for label, (name, paths) in enumerate(first.images.items()):
        train += _pick(paths, label, _order(len(paths), seed, label), limit_per_class)
        test += [LabelledFile(path, label) for path in second.images[name]]
    return list(first.images), (train, test)


def _order(number: int, seed: int, label: int) -> list[int]:
    order: list[int] = np.random.default_rng([seed, label]).permutation(number).tolist()
    return order


def _pick(paths: list[Path], label: int, order: list[int], limit: int | None) -> Part:
    return [LabelledFile(paths[place], label) for place in sorted(order[:limit])]
