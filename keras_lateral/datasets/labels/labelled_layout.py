"""What a table of paths and labels says of a folder's images, as the reader of folders takes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keras_lateral.datasets.folder.class_folders import ClassFolders, alike_but_for_case, relative
from keras_lateral.datasets.folder.grouping import Groups
from keras_lateral.datasets.folder.seen_folder import NAMES, WORDS, Layout, Role
from keras_lateral.datasets.labels.columns import Asked, Columns, find_columns, role_of
from keras_lateral.datasets.labels.named_files import NamedFiles
from keras_lateral.datasets.labels.table import Row, Table
from keras_lateral.text import counted, listed, printable, shown


@dataclass(frozen=True)
class LabelledFiles(ClassFolders):
    """The files of each class as a table says, see `ClassFolders`.

    Args:
        table: What a message calls the table.
    """

    table: str = ""

    def shown_class(self, name: str) -> str:
        return f"'{printable(name)}' in {self.table}"


@dataclass(frozen=True)
class LabelledLayout:
    """What a table says.

    Args:
        root: The folder below which the files are named.
        layout: The files by what they are for, and by class.
        group_of: The name of the group of a file by its path below the folder, if there are groups.
    """

    root: Path
    layout: Layout
    group_of: Callable[[str], str | None] | None

    def groups(self, asked: Groups) -> Groups:
        """Returns what belongs together, as `FolderOptions` takes it.

        What was asked for goes first, then the groups of the table. Without either it is nothing
        but copies: the sub-folders of a set with a table say little.
        """
        if asked is not None:
            return asked
        return False if self.group_of is None else self.group_of


def labelled_layout(
    table: Table, folder: Path | None, beside: Path, asked: dict[str, Asked]
) -> LabelledLayout:
    """Finds the files that a table names, and what it says of each.

    Args:
        table: The table.
        folder: The folder of the images, if one was given.
        beside: The folder of the table.
        asked: The columns that were named, see `find_columns`.

    Raises:
        ValueError: If a column cannot be told, a file is missing, a label is empty, a file has two
            labels, or a class has no image in a part of the split. The message names the lines.
    """
    root = beside if folder is None else folder
    files = NamedFiles([root, beside])
    columns = _columns(table, asked, files)
    entries, copies = _entries(table, columns, files)
    _check_roles(table, columns, entries)
    parts = {
        role: _files_of_part(root, table, [entry for entry in entries if entry.role == role])
        for role in NAMES
        if any(entry.role == role for entry in entries)
    }
    _check_classes(table, parts)
    notes = [*_notes_on_division(columns, parts), *_notes(table, columns, copies)]
    for group in alike_but_for_case(sorted({entry.label for entry in entries})):
        labels = " and ".join(f"'{printable(name)}'" for name in group)
        notes.append(f"The labels {labels} differ in capital letters alone, and are two classes.")
    if folder is not None:
        notes += _notes_on_others(files, entries)
    if "test" not in parts and "validation" in parts:
        parts["test"] = parts.pop("validation")
    groups = {relative(entry.path, root): entry.group for entry in entries if entry.group}
    group_of = None if columns.group is None else groups.get
    return LabelledLayout(root, Layout(parts, tuple(notes)), group_of)


def _columns(table: Table, asked: dict[str, Asked], files: NamedFiles) -> Columns:
    try:
        return find_columns(table, asked, lambda name: bool(files.find(name)))
    except ValueError as error:
        if not table.odd:
            raise
        raise ValueError(f"{table.error()}\n{error}") from error


@dataclass(frozen=True)
class _Entry:
    line: int
    path: Path
    label: str
    role: Role
    group: str
    named: str


def _entries(table: Table, columns: Columns, files: NamedFiles) -> tuple[list[_Entry], int]:
    """Returns what each file is, and how many rows say again what another one says."""
    first: dict[Path, _Entry] = {}
    problems, copies = [], 0
    for row in columns.rows:
        label = columns.label_of(row)
        path, problem = _file_of(row, columns, files)
        role = _role_of(row, columns)
        if not label:
            problems.append((row.line, "it has no label"))
        if role is None:
            text = row.cells[columns.split or 0]
            expected = ", ".join(names[0] for names in NAMES.values())
            problems.append((row.line, f"expected one of {expected} as the split, not '{text}'"))
        if path is None:
            problems.append((row.line, problem))
        if path is None or role is None or not label:
            continue
        group = "" if columns.group is None else row.cells[columns.group]
        entry = _Entry(row.line, path, label, role, group, row.cells[columns.path])
        before = first.setdefault(path, entry)
        copies += before is not entry
        problems += _contradictions(table, before, entry)
    if problems or table.odd:
        raise table.error(problems)
    return list(first.values()), copies


def _file_of(row: Row, columns: Columns, files: NamedFiles) -> tuple[Path | None, str]:
    name = row.cells[columns.path]
    if not name:
        return None, "it has no path"
    found = files.find(name)
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, f"'{printable(name)}' may be any of {listed(found, 3)}"
    places = " or ".join(shown(folder) for folder in files.folders)
    return None, f"there is no file '{printable(name)}' in {places}"


def _role_of(row: Row, columns: Columns) -> Role | None:
    return "train" if columns.split is None else role_of(row.cells[columns.split])


def _contradictions(table: Table, before: _Entry, entry: _Entry) -> Iterator[tuple[int, str]]:
    what = {
        "label": (before.label, entry.label),
        "part": (before.role, entry.role),
        "group": (before.group, entry.group),
    }
    for name, (old, new) in what.items():
        if old != new:
            yield (
                entry.line,
                f"'{printable(entry.named)}' has the {name} '{printable(new)}', and "
                f"'{printable(old)}' in {table.line} {before.line}",
            )


def _files_of_part(root: Path, table: Table, entries: Sequence[_Entry]) -> LabelledFiles:
    names = sorted({entry.label for entry in entries}, key=str)
    if all(name.isdecimal() for name in names):
        names.sort(key=int)
    images = {
        name: sorted(entry.path for entry in entries if entry.label == name) for name in names
    }
    return LabelledFiles(root, images, (), dict.fromkeys(names, root), table.name)


def _check_roles(table: Table, columns: Columns, entries: Sequence[_Entry]) -> None:
    if columns.split is not None and not any(entry.role == "train" for entry in entries):
        raise ValueError(
            f"Expected some images for training ('{NAMES['train'][0]}') in the column "
            f"'{printable(columns.names[columns.split])}' of {table.name}. Found none."
        )


def _check_classes(table: Table, parts: Mapping[Role, LabelledFiles]) -> None:
    """Raises an error unless there are two classes or more, each in each part."""
    classes = list(dict.fromkeys(name for part in parts.values() for name in part.images))
    if len(classes) < 2:
        raise ValueError(
            f"Expected two classes or more in {table.name}. Found one: '{printable(classes[0])}'."
        )
    missing = [
        f"'{printable(name)}' has no {WORDS[role]} images"
        for role, part in parts.items()
        for name in classes
        if name not in part.images
    ]
    if missing:
        more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
        raise ValueError(
            f"Expected images of each class in each part of the split in {table.name}. Found that "
            f"{', '.join(missing[:5])}{more}."
        )


def _notes_on_division(columns: Columns, parts: Mapping[Role, LabelledFiles]) -> Iterator[str]:
    if columns.split is None:
        return
    name = f"as the column '{printable(columns.names[columns.split])}' says"
    if "test" in parts:
        yield f"Divided as found, {name}."
        if "validation" in parts:
            yield "Validation images are kept apart (`x_validation`), not trained or tested on."
    elif "validation" in parts:
        yield (
            f"Divided as found, {name}: tested on the validation images, as there are none for "
            "testing. Do not choose settings by them."
        )
    else:
        yield f"All images are for training, {name}: they are divided for testing."


def _notes(table: Table, columns: Columns, copies: int) -> Iterator[str]:
    places = {
        "paths": (columns.path,),
        "labels": columns.labels,
        "groups": () if columns.group is None else (columns.group,),
    }
    used = {place for some in places.values() for place in some} | {columns.split}
    texts = [f"{what} from {_named(columns, some)}" for what, some in places.items() if some]
    left = [place for place in range(len(columns.names)) if place not in used]
    unused = f"; not used: {_named(columns, left)}" if left else ""
    yield f"Read from {table.name}: {', '.join(texts)}{unused}."
    if copies:
        yield f"Files that are named more than once, with the same label: {counted(copies, 'row')}."


def _named(columns: Columns, places: Sequence[int]) -> str:
    what = "" if columns.has_header else "column "
    return ", ".join(f"{what}'{printable(columns.names[place])}'" for place in places[:20])


def _notes_on_others(files: NamedFiles, entries: Sequence[_Entry]) -> Iterator[str]:
    named = {entry.path for entry in entries}
    others = [path for path in files.images if path not in named]
    if others:
        yield (
            f"Images in the folder that have no label, left out: {len(others):,} "
            f"({listed(others, 3)})."
        )
