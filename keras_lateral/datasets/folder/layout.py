"""What the folders of a folder are: classes, or the parts of a split with the classes inside."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from keras_lateral.datasets.folder.class_folders import (
    ClassFolders,
    entries_of,
    find_class_folders,
    read_class_folders,
    relative,
)
from keras_lateral.datasets.folder.formats import is_image
from keras_lateral.datasets.folder.seen_folder import (
    IN_A_NAME,
    NAMES,
    Layout,
    Role,
    SeenFolder,
    content,
    contents,
    look_at_folders,
    names,
    some,
)
from keras_lateral.datasets.folder.split_within import layout_within_classes, split_within
from keras_lateral.text import counted, shown


def find_layout(root: Path, *, groups_inside: bool = False) -> Layout:
    """Tells class folders from the parts of a split, by their names and by what repeats below.

    The folders of a split hold the same class folders: `train/cat`, `train/dog`, `test/cat`,
    `test/dog`. A split may also lie within each class: `cat/train`, `cat/test`, `dog/train`,
    `dog/test`. What lies beside a split is named in the notes, and is never a class.

    Args:
        root: The folder.
        groups_inside: Whether folders inside class folders are known to be groups of images, so
            that those of two classes may have the same names.

    Returns:
        A `Layout`.

    Raises:
        ValueError: If it cannot be told which folders are classes, with what to name how; or see
            `find_class_folders`.
        PermissionError: If there is no permission to read a folder.
    """
    folders = look_at_folders(root)
    parts = _named_parts(root, folders)
    if parts:
        return _layout_of_parts(root, folders, parts)
    within = [folder for folder in folders if split_within(folder)]
    if len(within) > 1:
        return layout_within_classes(root, folders)
    if not groups_inside:
        _check_repeated(root, folders)
    _check_names_of_a_split(root, folders)
    found = find_class_folders(root)
    return Layout({"train": found}, found.notes)


def _named_parts(root: Path, folders: Sequence[SeenFolder]) -> dict[Role, SeenFolder]:
    """Returns the folders that are the parts of a split by their names, with classes inside."""
    known = {name for folder in folders if len(folder.classes) > 1 for name in folder.classes}
    train = _named(root, folders, "train", known)
    if train is None or len(train.classes) < 2:
        return {}
    others = {role: _named(root, folders, role, known) for role in ("validation", "test")}
    parts: dict[Role, SeenFolder] = {"train": train}
    parts |= {role: folder for role, folder in others.items() if folder is not None}  # type: ignore[misc]
    if len(parts) > 1 or _is_alone(root, train, folders):
        return parts
    return {}


def _named(
    root: Path, folders: Sequence[SeenFolder], role: Role, known: set[str]
) -> SeenFolder | None:
    ranked = [
        (folder.role[0], folder)
        for folder in folders
        if folder.role and folder.is_for(role) and folder.looks_split(known)
    ]
    best = min((rank for rank, _ in ranked), default=0)
    first = [folder for rank, folder in ranked if rank == best]
    if len(first) > 1:
        raise ValueError(
            f"Expected one folder for the {_PURPOSE[role]} images in {shown(root)}. Found "
            f"{names(first)}, each with class folders inside. Name the one to use "
            f"'{NAMES[role][0]}', or put them together."
        )
    return first[0] if first else None


_PURPOSE = {"train": "training", "validation": "validation", "test": "test"}


def _is_alone(root: Path, train: SeenFolder, folders: Sequence[SeenFolder]) -> bool:
    """Whether only `train` holds class folders, and nothing beside it may be a class."""
    others = [folder for folder in folders if folder is not train and folder.holds_images]
    same = [folder for folder in others if len(folder.classes & train.classes) > 1]
    if same:
        raise ValueError(_repeated_message(root, train, same[0]))
    unclear = [folder for folder in others if folder.role is None]
    if not unclear:
        return True
    if train.role is not None and train.role[0] == IN_A_NAME:
        return False  # `train_station` beside `airport`
    raise ValueError(
        f"It is unclear what the classes in {shown(root)} are: {shown(train.path)} holds the "
        f"folders {some(train.classes)}, as the training part of a split does, and beside it "
        f"{names(unclear)} {'holds' if len(unclear) == 1 else 'hold'} images. If its folders are "
        f"the classes, pass its path, or move the others away. If {shown(train.path)} is itself a "
        "class, put its images directly into it."
    )


def _check_repeated(root: Path, folders: Sequence[SeenFolder]) -> None:
    """Raises an error if folders that are named as classes hold the same folders."""
    pure = [folder for folder in folders if not folder.images]
    for first, second in combinations(pure, 2):
        if len(first.classes & second.classes) > 1:
            raise ValueError(_repeated_message(root, first, second))


def _repeated_message(root: Path, first: SeenFolder, second: SeenFolder) -> str:
    a, b = shown(first.path), shown(second.path)
    return (
        f"It is unclear what the classes in {shown(root)} are: {a} and {b} hold folders of the "
        f"same names, {some(first.classes & second.classes)}. If these are the classes, {a} and "
        f"{b} are parts of a split: name the one to train on 'train' and the one to test on "
        f"'test' ('val' for validation), or pass the path of one of them, which is then divided. "
        f"If {a} and {b} are classes, and the folders inside are groups such as patients, say so "
        "with `groups`: 'folders'."
    )


def _check_names_of_a_split(root: Path, folders: Sequence[SeenFolder]) -> None:
    """Raises an error if two folders are parts of a split by name, but hold no classes."""
    named = [folder for folder in folders if folder.role and folder.role[0] < IN_A_NAME]
    roles = {folder.role[1] for folder in named if folder.role}
    if "train" in roles and len(roles) > 1:
        raise ValueError(
            f"Expected one folder for each class in {names(named)}, which are parts of a split by "
            f"their names. Found {contents(named)}. Put the images of each class into a folder "
            "of its own, or, if these are the classes, give them other names."
        )


def _layout_of_parts(
    root: Path, folders: Sequence[SeenFolder], parts: Mapping[Role, SeenFolder]
) -> Layout:
    found: dict[Role, ClassFolders] = {
        role: _classes_of_part(folder) for role, folder in parts.items()
    }
    notes = [_note_on_division(root, parts), *_notes_beside(root, folders, list(parts.values()))]
    for part in found.values():
        notes += part.notes
    if "test" not in found and "validation" in found:
        found["test"] = found.pop("validation")
    return Layout(found, tuple(notes))


def _classes_of_part(folder: SeenFolder) -> ClassFolders:
    # One class is enough here: that the others are missing is said beside those of training.
    if len(folder.classes) > 1:
        return find_class_folders(folder.inner)
    return read_class_folders(folder.inner, {name: folder.inner / name for name in folder.classes})


def _note_on_division(root: Path, parts: Mapping[Role, SeenFolder]) -> str:
    name = {role: f"'{relative(folder.path, root)}'" for role, folder in parts.items()}
    train, test, validation = (name.get(role) for role in ("train", "test", "validation"))
    if test and validation:
        return (
            f"Divided as found: trained on {train}, tested on {test}; {validation} is kept apart "
            "for validation (`x_validation`), neither trained nor tested on."
        )
    if test:
        return f"Divided as found: trained on {train}, tested on {test}."
    if validation:
        return (
            f"Divided as found: trained on {train}, tested on {validation}, as no other folder "
            "with class folders is for testing. Do not choose settings by it."
        )
    return f"Only {train} holds class folders: it is divided for testing."


def _notes_beside(
    root: Path, folders: Sequence[SeenFolder], used: Sequence[SeenFolder]
) -> Iterator[str]:
    others = [folder for folder in folders if folder not in used]
    unlabelled = [folder for folder in others if folder.role and folder.images]
    for folder in unlabelled:
        yield (
            f"'{relative(folder.path, root)}' holds {counted(folder.images, 'image')} and no class "
            "folders: it has no labels, and is not used."
        )
    beside = [folder for folder in others if folder not in unlabelled]
    if beside:
        yield (
            "Beside them, not used: "
            + ", ".join(f"'{relative(folder.path, root)}' ({content(folder)})" for folder in beside)
            + "."
        )
    loose = sum(map(is_image, entries_of(root)))
    if loose:
        yield f"Images beside the folders, which belong to no class, left out: {loose:,}."
