"""Finds the images of each class in a folder of class folders, and notes what it left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from keras_lateral.datasets.folder.formats import endings, is_hidden, is_image
from keras_lateral.files import is_results
from keras_lateral.text import listed, printable, shown

_MOST_LOST = 0.1  # the share of a class that may have an unknown ending
# Files that accompany images, and are none.
_TEXT_ENDINGS = {
    *(".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml"),
    *(".html", ".htm", ".ini", ".log", ".db", ".url", ".xmp", ".sha256", ".md5", ".py"),
}


@dataclass(frozen=True)
class ClassFolders:
    """What was found in a folder of class folders.

    Args:
        root: The folder.
        images: The files of each class in the order of their paths, by the name of its folder.
        notes: What was left out, in sentences.
        folders: The folder of each class, by its name.
    """

    root: Path
    images: dict[str, list[Path]]
    notes: tuple[str, ...]
    folders: Mapping[str, Path] = field(default_factory=dict)

    def shown_class(self, name: str) -> str:
        """Returns what a message calls a class."""
        return shown(self.root / name)

    def keep(self, images: Mapping[str, list[Path]]) -> ClassFolders:
        """Returns the same with these images alone."""
        return replace(self, images=dict(images))


def find_class_folders(root: Path) -> ClassFolders:
    """Finds the images of each class: every folder below `root` is one class.

    Images may lie in subfolders of the class folder. Hidden files, files whose names are not those
    of images, linked folders inside a class folder, and the results of a comparison are left out.

    Args:
        root: The folder.

    Returns:
        A `ClassFolders`, with its classes in the order of their names.

    Raises:
        ValueError: If there are fewer than two class folders, one without images, or one in which
            many files have an ending that is not read.
        PermissionError: If there is no permission to read a folder.
    """
    entries = sorted(entries_of(root), key=lambda path: path.name)
    folders = [path for path in entries if path.is_dir() and not is_hidden(path)]
    _check_folders(root, entries, folders)
    loose = [path for path in entries if path.is_file()]
    return read_class_folders(root, {folder.name: folder for folder in folders}, loose)


def read_class_folders(
    root: Path, folders: Mapping[str, Path], loose: Sequence[Path] = ()
) -> ClassFolders:
    """Finds the images of each class in these folders, see `find_class_folders`.

    Args:
        root: The folder that holds them.
        folders: The folder of each class, by its name.
        loose: Files beside them.
    """
    found = {name: sorted(files_below(folder)) for name, folder in folders.items()}
    images = {name: [path for path in files if is_image(path)] for name, files in found.items()}
    empty = {folder: found[name] for name, folder in folders.items() if not images[name]}
    problems = [_no_images_message(empty)]
    problems += [_lost_message(folders[name], images[name], found[name]) for name in folders]
    if any(problems):
        raise ValueError(" ".join(filter(None, problems)))
    left = [path for files in found.values() for path in files if not is_image(path)]
    return ClassFolders(root, images, tuple(_notes(root, list(loose), left, list(images))), folders)


def entries_of(folder: Path) -> list[Path]:
    """Returns what lies in a folder; an error names the folder."""
    try:
        return [path for path in folder.iterdir() if not is_results(path)]
    except PermissionError as error:
        raise PermissionError(f"The folder {shown(folder)} cannot be read: {error}") from error


def files_below(folder: Path) -> Iterator[Path]:
    """Yields the files below a folder, and hidden and linked folders as they are."""
    for path in entries_of(folder):
        # A link to a folder may lead back to it.
        if is_hidden(path) or path.is_symlink() or not path.is_dir():
            yield path
        else:
            yield from files_below(path)


def _check_folders(root: Path, entries: list[Path], folders: list[Path]) -> None:
    expected = f"Expected one folder for each class in {shown(root)}"
    if not folders:
        loose = [path for path in entries if is_image(path)]
        found = f"{len(loose):,} images and no folder" if loose else "no folder and no image"
        raise ValueError(f"{expected}, with the images of that class inside. Found {found}.")
    if len(folders) == 1:
        raise ValueError(
            f"{expected}, and two classes or more. Found one folder, {shown(folders[0])}. If the "
            "class folders are inside it, pass its path."
        )


def _no_images_message(empty: Mapping[Path, Sequence[Path]]) -> str:
    """Returns what is wrong with class folders without images, given what else is in each."""
    if not empty:
        return ""
    read = f"({', '.join(endings())})"
    if len(empty) > 1:
        found = "; ".join(
            f"in {shown(folder)}: {_others(files)}" for folder, files in empty.items()
        )
        return (
            f"{len(empty):,} class folders hold no images {read}. Found {found}. Put images in "
            "them or remove the folders."
        )
    ((folder, files),) = empty.items()
    return (
        f"The class folder {shown(folder)} holds no images {read}. Found {_others(files)}. Put "
        "images in it or remove the folder."
    )


def _others(files: Sequence[Path]) -> str:
    seen = [path for path in files if not is_hidden(path)]
    return f"{len(seen):,} other files, {listed(seen, 3)}" if seen else "none"


def _lost_message(folder: Path, images: list[Path], files: list[Path]) -> str:
    """Returns what is wrong if a class would lose many files to their endings."""
    beside = {image.with_suffix("") for image in images}
    lost = [
        path
        for path in files
        if not is_image(path)
        and not is_hidden(path)
        and path.suffix.lower() not in _TEXT_ENDINGS
        and path.with_suffix("") not in beside  # such as the raw file of a photo
        and not path.is_dir()
    ]
    if not images or len(lost) <= _MOST_LOST * (len(images) + len(lost)):
        return ""
    counts = Counter(printable(path.suffix.lower()) or "(none)" for path in lost)
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
    kinds = ", ".join(f"{ending} {number:,}" for ending, number in most)
    return (
        f"The class folder {shown(folder)} would lose {len(lost):,} of "
        f"{len(images) + len(lost):,} files, whose endings are not read: {kinds} (first: "
        f"{shown(lost[0])}). Expected {', '.join(endings())}. Convert these files, or move them "
        "out of the folder."
    )


def _notes(root: Path, loose: list[Path], left: list[Path], names: list[str]) -> Iterator[str]:
    hidden = [path for path in [*loose, *left] if is_hidden(path)]
    if hidden:
        kinds = ", ".join(sorted({printable(path.name) for path in hidden})[:5])
        yield f"Hidden files, left out: {len(hidden):,} ({kinds})."
    outside = [path for path in loose if is_image(path)]
    if outside:
        yield (
            "Images beside the class folders, which belong to no class, left out: "
            f"{len(outside):,} ({listed(outside, 3)})."
        )
    others = [path for path in [*loose, *left] if not is_image(path) and not is_hidden(path)]
    if others:
        yield (
            "Files of other kinds and links to folders, left out: "
            f"{len(others):,} ({listed(others, 3)})."
        )
    for group in alike_but_for_case(names):
        folders = " and ".join(shown(root / name) for name in group)
        yield f"The classes {folders} differ in capital letters alone, and are two classes."


def alike_but_for_case(names: Iterable[str]) -> list[list[str]]:
    """Returns groups of names that differ in capital letters alone.

    Example:

    >>> alike_but_for_case(["cat", "dog", "Cat"])
    [['cat', 'Cat']]
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    return [group for group in alike.values() if len(group) > 1]


def relative(path: Path, root: Path) -> str:
    """Returns the path below the folder as text, with slashes on every system."""
    return printable(os.path.relpath(path, root).replace(os.sep, "/"))
