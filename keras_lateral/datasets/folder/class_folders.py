"""Finds the images of each class in a folder of class folders, and notes what it left out."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from keras_lateral.files import is_results
from keras_lateral.text import listed, printable, shown

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini", "__macosx"}  # of Windows and macOS


@dataclass(frozen=True)
class ClassFolders:
    """What was found in a folder of class folders.

    Args:
        root: The folder.
        images: The files of each class in the order of their paths, by the name of its folder.
        notes: What was left out, in sentences.
    """

    root: Path
    images: dict[str, list[Path]]
    notes: tuple[str, ...]


def find_class_folders(root: Path) -> ClassFolders:
    """Finds the images of each class: every folder below `root` is one class.

    Images may lie in subfolders of the class folder. Hidden files, files whose names are not those
    of images, linked folders inside a class folder, and the results of a comparison are left out.

    Args:
        root: The folder.

    Returns:
        A `ClassFolders`, with its classes in the order of their names.

    Raises:
        ValueError: If there are fewer than two class folders, or one without images.
        PermissionError: If there is no permission to read a folder.
    """
    entries = sorted(_entries(root), key=lambda path: path.name)
    folders = [path for path in entries if path.is_dir() and not _is_hidden(path)]
    _check_folders(root, entries, folders)
    found = {folder.name: sorted(_files_below(folder)) for folder in folders}
    images = {name: [path for path in files if _is_image(path)] for name, files in found.items()}
    for folder in folders:
        if not images[folder.name]:
            raise ValueError(_no_images_message(folder, found[folder.name]))
    loose = [path for path in entries if path.is_file()]
    left = [path for files in found.values() for path in files if not _is_image(path)]
    return ClassFolders(root, images, tuple(_notes(root, loose, left, list(images))))


def _entries(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not is_results(path)]
    except PermissionError as error:
        raise PermissionError(f"The folder {shown(folder)} cannot be read: {error}") from error


def _files_below(folder: Path) -> Iterator[Path]:
    for path in _entries(folder):
        # A link to a folder may lead back to it.
        if _is_hidden(path) or path.is_symlink() or not path.is_dir():
            yield path
        else:
            yield from _files_below(path)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not _is_hidden(path)


def _check_folders(root: Path, entries: list[Path], folders: list[Path]) -> None:
    expected = f"Expected one folder for each class in {shown(root)}"
    if not folders:
        loose = [path for path in entries if _is_image(path)]
        found = f"{len(loose):,} images and no folder" if loose else "no folder and no image"
        raise ValueError(f"{expected}, with the images of that class inside. Found {found}.")
    if len(folders) == 1:
        raise ValueError(
            f"{expected}, and two classes or more. Found one folder, {shown(folders[0])}. If the "
            "class folders are inside it, pass its path."
        )


def _no_images_message(folder: Path, files: list[Path]) -> str:
    seen = [path for path in files if not _is_hidden(path)]
    found = f"{len(seen):,} other files, {listed(seen, 3)}" if seen else "none"
    return (
        f"The class folder {shown(folder)} holds no images ({', '.join(SUFFIXES)}). Found {found}. "
        "Put images in it or remove the folder."
    )


def _notes(root: Path, loose: list[Path], left: list[Path], names: list[str]) -> Iterator[str]:
    hidden = [path for path in [*loose, *left] if _is_hidden(path)]
    if hidden:
        kinds = ", ".join(sorted({printable(path.name) for path in hidden})[:5])
        yield f"Hidden files, left out: {len(hidden):,} ({kinds})."
    outside = [path for path in loose if _is_image(path)]
    if outside:
        yield (
            "Images beside the class folders, which belong to no class, left out: "
            f"{len(outside):,} ({listed(outside, 3)})."
        )
    others = [path for path in [*loose, *left] if not _is_image(path) and not _is_hidden(path)]
    if others:
        yield (
            "Files of other kinds and links to folders, left out: "
            f"{len(others):,} ({listed(others, 3)})."
        )
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    for group in alike.values():
        if len(group) > 1:
            folders = " and ".join(shown(root / name) for name in group)
            yield f"The classes {folders} differ in capital letters alone, and are two classes."


def relative(path: Path, root: Path) -> str:
    """Returns the path below the folder as text, with slashes on every system."""
    return printable(os.path.relpath(path, root).replace(os.sep, "/"))
