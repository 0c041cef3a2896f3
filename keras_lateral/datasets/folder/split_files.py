"""Which files are for training and which are for testing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_lateral.datasets.folder.class_folders import ClassFolders
from keras_lateral.files import is_results
from keras_lateral.text import shown

_TRAIN_NAMES = ("train", "training")
_TEST_NAMES = ("test", "testing", "val", "valid", "validation")  # the first that exists


@dataclass(frozen=True)
class LabelledFile:
    """A file and its label."""

    path: Path
    label: int


Part = list[LabelledFile]


def split(
    found: ClassFolders, test_share: float, seed: int, limit_per_class: int | None
) -> tuple[Part, Part]:
    """Splits every class by the seed.

    The test files do not depend on the limit.

    Args:
        found: The files of each class.
        test_share: Share of each class for testing, rounded to at least one file.
        seed: Seed of the split.
        limit_per_class: Largest number of training images of each class.

    Returns:
        Files for training and files for testing.

    Raises:
        ValueError: If a class has only one image.
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
        order = _shuffled_places(len(paths), seed, label)
        test += _labelled_files(paths, label, order[:held_out], None)
        train += _labelled_files(paths, label, order[held_out:], limit_per_class)
    return train, test


def find_split_folders(root: Path) -> tuple[Path, Path] | None:
    """Returns the two folders of an existing split, such as `train` and `test`."""
    paths = [path for path in sorted(root.iterdir()) if path.is_dir() and not is_results(path)]
    folders = {path.name.lower(): path for path in paths}
    train = [folders[name] for name in _TRAIN_NAMES if name in folders]
    test = [folders[name] for name in _TEST_NAMES if name in folders]
    others = set(folders) - {*_TRAIN_NAMES, *_TEST_NAMES}
    if any(name[0] != "." for name in others) or not train or not test:
        return None
    return train[0], test[0]


def existing_split(
    first: ClassFolders, second: ClassFolders, seed: int, limit_per_class: int | None
) -> tuple[list[str], tuple[Part, Part]]:
    """Returns the names of the classes, and the files as they are already split.

    Raises:
        ValueError: If the two folders do not hold the same classes.
    """
    if set(first.images) != set(second.images):
        folders = [
            shown(folder.root / name)
            for folder, other in ((first, second), (second, first))
            for name in sorted(set(folder.images) - set(other.images))
        ]
        raise ValueError(
            f"Expected the same class folders in {shown(first.root)} and {shown(second.root)}. "
            f"Found in only one of them: {', '.join(folders[:5])}."
        )
    train: Part = []
    test: Part = []
    for label, (name, paths) in enumerate(first.images.items()):
        order = _shuffled_places(len(paths), seed, label)
        train += _labelled_files(paths, label, order, limit_per_class)
        test += [LabelledFile(path, label) for path in second.images[name]]
    return list(first.images), (train, test)


def _shuffled_places(number: int, seed: int, label: int) -> list[int]:
    order: list[int] = np.random.default_rng([seed, label]).permutation(number).tolist()
    return order


def _labelled_files(paths: list[Path], label: int, order: list[int], limit: int | None) -> Part:
    return [LabelledFile(paths[place], label) for place in sorted(order[:limit])]
