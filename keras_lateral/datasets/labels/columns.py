"""Which columns of a table hold the paths, the labels, the split and the groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.datasets.folder.formats import is_image
from keras_lateral.datasets.folder.seen_folder import NAMES, Role
from keras_lateral.datasets.labels.table import Row, Table
from keras_lateral.text import printable

PATHS = ("path", "file", "filename", "image", "image_id", "file_name", "filepath", "image_path")
LABELS = ("label", "class", "target", "category", "class_name", "label_name")
SPLITS = ("split", "subset", "partition", "set")
GROUPS = ("group", "group_id", "patient", "patient_id", "subject", "subject_id")
KNOWN = {"path": PATHS, "label": LABELS, "split": SPLITS, "group": GROUPS}

_TRIED = 50  # rows by which a column of paths is known
_ONE_HOT = {"0": False, "0.0": False, "1": True, "1.0": True}

Asked = str | int | bool | None
"""A column by its name or by its number from 1; `False` for none; `None` to look for it."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Args:
        names: Their names, or their numbers if there is no header.
        rows: The rows below the header.
        path: Place of the column of paths.
        labels: Place of the column of labels, or of the columns of one-hot labels.
        split: Place of the column that says what an image is for, if there is one.
        group: Place of the column of groups, if there is one.
        has_header: Whether the names are those of a header.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    path: int
    labels: tuple[int, ...]
    split: int | None
    group: int | None
    has_header: bool

    def label_of(self, row: Row) -> str:
        """Returns the label in a row, "" if there is none."""
        if len(self.labels) == 1:
            return row.cells[self.labels[0]]
        return next(self.names[place] for place in self.labels if _ONE_HOT[row.cells[place]])


def find_columns(table: Table, asked: dict[str, Asked], is_file: Callable[[str], bool]) -> Columns:
    """Tells the columns by their names, or by what is in them.

    Args:
        table: The table.
        asked: The columns that were named, for `"path"`, `"label"`, `"split"`, `"group"`.
        is_file: Whether a cell is the name of a file.

    Raises:
        ValueError: If a column cannot be told, with what to name.
    """
    has_header = _has_header(table, asked, is_file)
    names = table.rows[0].cells if has_header else _numbers(table)
    rows = table.rows[1:] if has_header else table.rows
    if not rows:
        raise ValueError(f"Invalid value for argument `labels`. {table.name} holds only a header.")
    found = _Found(table, names, rows, has_header)
    given = {what: found.asked(what, column) for what, column in asked.items()}
    path = given["path"]
    if path is None:
        path = found.path(is_file, taken=set(given.values()))
    split, group = (
        given[what] if asked[what] is not None else found.known(what, {path, given["label"]})
        for what in ("split", "group")
    )
    if split is not None and asked["split"] is None and not _are_roles(rows, split):
        split = None
    label = given["label"]
    labels = found.labels({path, split, group}) if label is None else (label,)
    return Columns(names, rows, path, labels, split, group, has_header)


def role_of(text: str) -> Role | None:
    """Returns what an image is for by a word such as `"train"`, `"val"` or `"test"`."""
    return next((role for role, names in NAMES.items() if text.casefold() in names), None)


def _are_roles(rows: Sequence[Row], place: int) -> bool:
    """Returns whether a column says of some image what it is for."""
    return any(role_of(row.cells[place]) for row in rows)


def _numbers(table: Table) -> tuple[str, ...]:
    return tuple(str(number + 1) for number in range(len(table.rows[0].cells)))


def _has_header(table: Table, asked: dict[str, Asked], is_file: Callable[[str], bool]) -> bool:
    if table.has_header is not None:
        return table.has_header
    first = table.rows[0].cells
    if any(is_image(Path(cell)) for cell in first):
        return False
    folded = {cell.casefold() for cell in first}
    if folded & set(PATHS) and folded & set(LABELS):
        return True
    if any(cell and is_file(cell) for cell in first):
        return False
    known = {name for names in KNOWN.values() for name in names}
    known |= {name.casefold() for name in asked.values() if isinstance(name, str)}
    if folded & known:
        return True
    # Names that say nothing: a header, unless it looks like all the other rows.
    rows = table.rows[1 : 1 + _TRIED]
    return any(is_file(cell) for row in rows for cell in row.cells if cell)


@dataclass(frozen=True)
class _Found:
    table: Table
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    has_header: bool

    def asked(self, what: str, column: Asked) -> int | None:
        """Returns the place of a column that was named."""
        if column is None or column is False:
            return None
        text = str(column)
        if text in self.names:
            return self.names.index(text)
        folded = [name.casefold() for name in self.names]
        if folded.count(text.casefold()) == 1:
            return folded.index(text.casefold())
        if text.isdecimal() and 1 <= int(text) <= len(self.names):
            return int(text) - 1
        raise ValueError(
            f"Invalid value for argument `{what}`. Expected a column of {self.table.name}: "
            f"{self._columns()}. Received: {what}={column!r}"
        )

    def known(self, what: str, taken: set[int | None]) -> int | None:
        """Returns the first column that has one of the usual names."""
        folded = [name.casefold() for name in self.names]
        places = [folded.index(name) for name in KNOWN[what] if name in folded]
        return next((place for place in places if place not in taken), None)

    def path(self, is_file: Callable[[str], bool], taken: set[int | None]) -> int:
        """Returns the column of paths: of those with such a name, or of all, that with files."""
        folded = [name.casefold() for name in self.names]
        named = [folded.index(name) for name in PATHS if name in folded]
        free = [place for place in range(len(self.names)) if place not in taken]
        files = {
            place: sum(is_file(row.cells[place]) for row in self.rows[:_TRIED] if row.cells[place])
            for place in (named or free)
        }
        if named or any(files.values()):
            return max(files, key=lambda place: files[place])
        cells = ", ".join(f"'{printable(cell)}'" for cell in self.rows[0].cells)
        raise ValueError(
            f"It cannot be told which column of {self.table.name} holds the paths: none names "
            f"files that are there. {self.table.line.capitalize()} {self.rows[0].line} is {cells}. "
            "Give the folder that the paths start from, or say with `path` which of "
            f"these it is: {self._columns()}."
        )

    def labels(self, taken: set[int | None]) -> tuple[int, ...]:
        """Returns the column of labels: the one with such a name, the only one, or one-hot ones."""
        named = [place for place, name in enumerate(self.names) if name.casefold() in LABELS]
        free = [place for place in range(len(self.names)) if place not in taken]
        left = [place for place in named if place in free] or free
        if len(left) == 1:
            return (left[0],)
        if not named and len(free) > 1 and self.has_header and self._are_one_hot(free):
            return tuple(free)
        raise ValueError(
            f"It cannot be told which column of {self.table.name} holds the labels. Say with "
            f"`label` which of these it is: {self._columns()}."
        )

    def _are_one_hot(self, places: Sequence[int]) -> bool:
        values = ([_ONE_HOT.get(row.cells[place]) for place in places] for row in self.rows)
        return all(None not in row and sum(map(bool, row)) == 1 for row in values)

    def _columns(self) -> str:
        if not self.has_header:
            return f"a number from 1 to {len(self.names)}"
        return ", ".join(f"'{printable(name)}'" for name in self.names)


def as_asked(path: Any, label: Any, split: Any, group: Any) -> dict[str, Asked]:
    """Returns the columns that were named, checked."""
    asked = {"path": path, "label": label, "split": split, "group": group}
    for what, column in asked.items():
        may_be_none = what in ("split", "group") and column is False
        is_number = isinstance(column, int) and not isinstance(column, bool)
        if not (column is None or isinstance(column, str) or is_number or may_be_none):
            no = ", or False for none" if what in ("split", "group") else ""
            raise ValueError(
                f"Invalid value for argument `{what}`. Expected the name of a column or its number "
                f"from 1{no}. Received: {what}={column!r}"
            )
    return asked
