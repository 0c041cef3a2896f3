"""A split that lies within each class: `cat/train`, `cat/test`, `dog/train`, `dog/test`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from keras_lateral.datasets.folder.class_folders import read_class_folders, relative
from keras_lateral.datasets.folder.seen_folder import (
    NAMES,
    Layout,
    Role,
    SeenFolder,
    content,
    some,
)
from keras_lateral.text import shown


def split_within(folder: SeenFolder) -> dict[Role, Path]:
    """Returns the parts of a split inside a class folder, such as `cat/train` and `cat/test`."""
    parts: dict[Role, Path] = {}
    for role, names in NAMES.items():
        named = [name for name in folder.classes if name.casefold() in names]
        if len(named) == 1:
            parts[role] = folder.inner / named[0]
    return parts if "train" in parts and len(parts) > 1 else {}


def layout_within_classes(root: Path, folders: Sequence[SeenFolder]) -> Layout:
    """Returns the layout of a folder in which each class is split: `cat/train`, `cat/test`.

    Raises:
        ValueError: If a class is not.
    """
    classes = [folder for folder in folders if folder.holds_images]
    split = {folder.path.name: split_within(folder) for folder in classes}
    whole = next(parts for parts in split.values() if parts)
    names = [path.name for path in whole.values()]
    for folder in classes:
        if split[folder.path.name].keys() != whole.keys():
            raise ValueError(
                f"Expected the folders {some(names)} in each class folder of {shown(root)}, as "
                f"some have them. Found in {shown(folder.path)}: {content(folder)}."
            )
    found = {
        role: read_class_folders(root, {name: parts[role] for name, parts in split.items()})
        for role in whole
    }
    notes = [f"Divided as found: each class folder holds {some(names)}."]
    if "test" not in found:
        found["test"] = found.pop("validation")
        notes += ["The validation images are tested on: do not choose settings by them."]
    if "validation" in found:
        notes += ["Validation images are kept apart (`x_validation`), not trained or tested on."]
    notes += _notes_beside(root, folders, split)
    for part in found.values():
        notes += part.notes
    return Layout(found, tuple(notes))


def _notes_beside(
    root: Path, folders: Sequence[SeenFolder], split: Mapping[str, Mapping[Role, Path]]
) -> Iterator[str]:
    classes = [folder for folder in folders if folder.holds_images]
    used = {path for parts in split.values() for path in parts.values()}
    beside = [
        f"'{relative(folder.inner / name, root)}'"
        for folder in classes
        for name in sorted(folder.classes)
        if folder.inner / name not in used
    ]
    loose = sum(folder.images for folder in classes)
    if loose:
        yield f"Images in a class folder, beside these, left out: {loose:,}."
    empty = [f"'{relative(folder.path, root)}'" for folder in folders if not folder.holds_images]
    if beside or empty:
        yield f"Beside them, not used: {', '.join([*beside, *empty])}."
