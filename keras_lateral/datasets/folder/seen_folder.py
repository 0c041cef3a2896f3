"""What a folder looks like from outside: which folders it holds, and whether images lie in it."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from keras_lateral.datasets.folder.class_folders import (
    ClassFolders,
    entries_of,
    files_below,
)
from keras_lateral.datasets.folder.formats import is_hidden, is_image
from keras_lateral.text import counted, printable, shown

Role = Literal["train", "validation", "test"]
# The first name of each is the one that an error asks for.
NAMES: dict[Role, tuple[str, ...]] = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "validate", "dev", "development"),
    "test": ("test", "testing", "tests", "eval", "evaluation", "holdout"),
}
WORDS: dict[Role, str] = {"train": "training", "test": "test", "validation": "validation"}
# Parts that may share no picture: a network that has seen it is not tested by it.
APART: tuple[tuple[Role, Role], ...] = (
    ("test", "train"),
    ("validation", "train"),
    ("test", "validation"),
)
IN_A_NAME = 2  # the rank of `seg_train` or `train2017`, where a word of the name says the role


@dataclass(frozen=True)
class SeenFolder:
    """A folder beside others.

    Args:
        path: The folder.
        inner: The folder in which something lies: below folders that hold one folder and no image.
        classes: Names of the folders in `inner` that hold images, at any depth.
        images: Number of images that lie in `inner` itself.
    """

    path: Path
    inner: Path
    classes: frozenset[str]
    images: int

    @property
    def holds_images(self) -> bool:
        return bool(self.images or self.classes)

    @property
    def role(self) -> tuple[int, Role] | None:
        """What the name says that it is for, after a rank: a smaller one is said more clearly."""
        name = self.path.name.casefold()
        for role, names in NAMES.items():
            if name in names:
                return min(names.index(name), 1), role
        words = set(re.split("[^a-z]+", name))
        found = [role for role, names in NAMES.items() if words & set(names)]
        return (IN_A_NAME, found[0]) if len(found) == 1 else None

    def is_for(self, role: Role) -> bool:
        return self.role is not None and self.role[1] == role

    def looks_split(self, known: Iterable[str] = ()) -> bool:
        """Whether it holds class folders: two, or some that are known to be classes."""
        return len(self.classes) > 1 or bool(self.classes & set(known))


@dataclass(frozen=True)
class Layout:
    """The images of a folder, by what they are for.

    Args:
        parts: The class folders of each part of a split. `"train"` alone if it is to be divided.
        notes: What was found and what is not used, in sentences.
        alarms: What may make an accuracy wrong, in sentences, which are no part of `notes`.
    """

    parts: Mapping[Role, ClassFolders]
    notes: tuple[str, ...] = field(default=())
    alarms: tuple[str, ...] = field(default=())


def look_at_folders(root: Path) -> list[SeenFolder]:
    """Looks at the folders of a folder, hidden ones left out, in the order of their names."""
    paths = sorted(path for path in entries_of(root) if path.is_dir() and not is_hidden(path))
    seen = [_look_at(path, frozenset()) for path in paths]
    known = frozenset(name for folder in seen if len(folder.classes) > 1 for name in folder.classes)
    # A folder with one class, of those that others have, is no mere wrapper of its images.
    return [_look_at(path, known) for path in paths] if known else seen


def _look_at(path: Path, known: frozenset[str]) -> SeenFolder:
    inner = path
    while True:
        entries = entries_of(inner)
        images = sum(is_image(entry) for entry in entries)
        folders = [entry for entry in entries if entry.is_dir() and not is_hidden(entry)]
        one = folders[0] if len(folders) == 1 and not images else None
        if one is None or one.is_symlink() or one.name in known:
            classes = (folder.name for folder in folders if any(map(is_image, files_below(folder))))
            return SeenFolder(path, inner, frozenset(classes), images)
        inner = one


def content(folder: SeenFolder) -> str:
    """Says what a folder holds."""
    if folder.images:
        return counted(folder.images, "image")
    return f"the folders {some(folder.classes)}" if folder.classes else "no images"


def contents(folders: Sequence[SeenFolder]) -> str:
    """Says what each folder holds."""
    return ", ".join(f"{content(folder)} in {shown(folder.path)}" for folder in folders)


def names(folders: Sequence[SeenFolder]) -> str:
    """The first few folders, for a message."""
    return " and ".join(shown(folder.path) for folder in folders[:5])


def some(names: Collection[str]) -> str:
    """The first few names, for a message."""
    few = [f"'{printable(name)}'" for name in sorted(names)[:4]]
    more = len(names) - len(few)
    return " and ".join(few) if not more else f"{', '.join(few)} and {more:,} more"
