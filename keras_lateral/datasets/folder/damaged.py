"""Files that cannot be read, left out where that is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from keras_lateral.datasets.folder.class_folders import ClassFolders, relative
from keras_lateral.datasets.folder.image_file import ImageFile
from keras_lateral.datasets.folder.pictures import check_images
from keras_lateral.datasets.folder.seen_folder import WORDS, Layout, Role
from keras_lateral.text import counted, printable, shown

MOST_DAMAGED = 0.1  # the share of a class that may be missing before it is an alarm
_NAMED = 100

Damaged = Mapping[Path, str]


def readable(layout: Layout, root: Path) -> tuple[Layout, dict[Path, ImageFile]]:
    """Decodes all files and leaves out those that cannot be read.

    Args:
        layout: The files by what they are for, and by class.
        root: The folder, for the names in the notes.

    Returns:
        The layout of the files that can be read, with notes on the others, and what each file
        holds. A class that has lost more than 10 % of its files is an alarm.

    Raises:
        ValueError: If no file of a class can be read.
        ImportError: If Pillow or imagehash is missing.
    """
    every = [
        path for found in layout.parts.values() for paths in found.images.values() for path in paths
    ]
    checked, damaged = check_images(every)
    if not damaged:
        return layout, checked
    parts = {role: _without(found, damaged) for role, found in layout.parts.items()}
    notes = (*_notes(layout, damaged, len(every), root), *layout.notes)
    alarms = (*layout.alarms, *_alarms(layout, damaged))
    return replace(layout, parts=parts, notes=notes, alarms=alarms), checked


def _without(found: ClassFolders, damaged: Damaged) -> ClassFolders:
    kept = {
        name: [path for path in paths if path not in damaged]
        for name, paths in found.images.items()
    }
    for name, paths in found.images.items():
        if not kept[name]:
            raise ValueError(
                f"None of the {counted(len(paths), 'image')} of the class "
                f"{found.shown_class(name)} can be read (first: {shown(paths[0])}: "
                f"{damaged[paths[0]]}). Repair them, or leave the class out."
            )
    return found.keep(kept)


def _notes(layout: Layout, damaged: Damaged, files: int, root: Path) -> Iterator[str]:
    """Says which files were left out, class by class."""
    lost = [
        f"'{printable(name)}'{_part(layout, role)} {number:,} of {of:,}"
        for role, name, number, of in _losses(layout, damaged)
        if number
    ]
    named = [f"'{relative(path, root)}' ({reason})" for path, reason in damaged.items()]
    more = f", and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    yield (
        f"Files that cannot be read, left out: {len(damaged):,} of {files:,}. By class: "
        f"{', '.join(lost)}. They are: {', '.join(named[:_NAMED])}{more}."
    )


def _alarms(layout: Layout, damaged: Damaged) -> Iterator[str]:
    for role, name, number, of in _losses(layout, damaged):
        if number > MOST_DAMAGED * of:
            yield (
                f"The class '{printable(name)}'{_part(layout, role)} has lost {number:,} of "
                f"{counted(of, 'image')}, which cannot be read: what is left may be no fair sample "
                "of it. Repair the files."
            )


def _losses(layout: Layout, damaged: Damaged) -> Iterator[tuple[Role, str, int, int]]:
    """Yields how many files each class of each part has lost, and of how many."""
    for role, found in layout.parts.items():
        for name, paths in found.images.items():
            yield role, name, sum(path in damaged for path in paths), len(paths)


def _part(layout: Layout, role: Role) -> str:
    return f" ({WORDS[role]})" if len(layout.parts) > 1 else ""
