"""A table of text: a CSV file, whatever its delimiter and encoding, or a data frame."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.text import counted, printable, shortened, shown

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_SHOWN = 20


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Args:
        line: Where it begins: the line of the file, or the row of a data frame, from 1.
        cells: Its cells, without spaces around them.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of the same number of cells.

    Args:
        rows: At least one; the first may be a header.
        name: What a message calls the table.
        line: What a message calls a row.
        has_header: Whether the first row is one, if that is known.
        odd: Which rows were left out, since they have another number of cells, and why.
        hint: A sentence that follows the list of these rows.
    """

    rows: tuple[Row, ...]
    name: str
    line: str = "line"
    has_header: bool | None = None
    odd: tuple[tuple[int, str], ...] = ()
    hint: str = ""

    def error(self, found: Sequence[tuple[int, str]] = ()) -> ValueError:
        """Returns an error that lists what is wrong in which row, those left out included."""
        problems = sorted([*self.odd, *found])
        lines = [f"- {self.line} {line}: {text}" for line, text in problems]
        more = [f"- and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
        listed = "\n".join([*lines[:_SHOWN], *more])
        return ValueError(
            f"Invalid value for argument `labels`. {counted(len(problems), 'problem')} in "
            f"{self.name}:\n{listed}\nCorrect or remove these {self.line}s."
            f"{self.hint}"
        )


def table_of(labels: Any) -> Table:
    """Returns the table in a CSV file, or that of a data frame.

    Args:
        labels: The path of a file, or an object with `columns` and `itertuples`, as those of
            pandas have.

    Raises:
        ValueError: If it is none, or damaged. The message names the lines.
    """
    if hasattr(labels, "columns") and hasattr(labels, "itertuples"):
        return _table_of_frame(labels)
    path = Path(labels).expanduser()
    if not path.is_file():
        found = "It is a folder." if path.is_dir() else "It does not exist."
        raise ValueError(
            "Invalid value for argument `labels`. Expected a CSV file with a path and a label in "
            f"each line. Received: labels={shown(path)}. {found}"
        )
    return read_table(path)


def read_table(path: Path) -> Table:
    """Reads a CSV file: the delimiter is the one that gives all lines the same number of cells.

    Args:
        path: A file in UTF-8, or in UTF-16 if it begins with a byte order mark.

    Raises:
        ValueError: If it is empty, in another encoding, or without a delimiter.
    """
    text = _text_of(path)
    parsed = {delimiter: _rows(path, text, delimiter) for delimiter in DELIMITERS}
    if not parsed[","]:
        raise _invalid(path, "it is empty")
    for rows in parsed.values():
        if len({len(row.cells) for row in rows}) == 1 and len(rows[0].cells) > 1:
            return Table(rows, shown(path))
    return _most_regular(path, parsed)


def _most_regular(path: Path, parsed: dict[str, tuple[Row, ...]]) -> Table:
    """Returns the table of the delimiter that fits best, which knows the lines that differ."""
    fits = {}
    for delimiter, rows in parsed.items():
        if delimiter != " ":
            usual, number = Counter(len(row.cells) for row in rows).most_common(1)[0]
            fits[delimiter] = (number if usual > 1 else 0, usual)
    delimiter = max(fits, key=lambda key: fits[key][0])
    number, usual = fits[delimiter]
    if not number:
        first = parsed[","][0]
        names = ", ".join(DELIMITERS.values())
        raise _invalid(
            path,
            f"no delimiter ({names}) divides its lines into a path and a label. Line {first.line} "
            f"is {shortened(' '.join(first.cells), 60)!r}",
        )
    rows = parsed[delimiter]
    odd = tuple(
        (row.line, f"{counted(len(row.cells), 'cell')}, where most have {usual}")
        for row in rows
        if len(row.cells) != usual
    )
    hint = (
        f" The delimiter is taken to be a {DELIMITERS[delimiter]}; a name that contains one stands "
        "in quotation marks."
    )
    regular = tuple(row for row in rows if len(row.cells) == usual)
    table = Table(regular, shown(path), odd=odd, hint=hint)
    if rows[0] not in regular:  # most likely the names of the columns
        raise table.error()
    return table


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] == b"PK":
        raise _invalid(path, "it is a spreadsheet or an archive; save it as CSV")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _invalid(
            path,
            f"line {line} is not in {encoding.upper()} (byte 0x{content[error.start]:02x}). Save "
            "it as UTF-8 (in Excel: 'CSV UTF-8')",
        ) from error
    if "\0" in text:
        raise _invalid(path, f"line {text[: text.index(chr(0))].count(chr(10)) + 1} is no text")
    return text


def _rows(path: Path, text: str, delimiter: str) -> tuple[Row, ...]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, skipinitialspace=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, tuple(cell.strip() for cell in cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _invalid(path, f"line {line}: {error}") from error
    return tuple(rows)


def _table_of_frame(frame: Any) -> Table:
    header = Row(0, tuple(str(name).strip() for name in frame.columns))
    rows = [
        Row(number, tuple(_cell(value) for value in values))
        for number, values in enumerate(frame.itertuples(index=False, name=None), 1)
    ]
    if not rows:
        raise ValueError(
            "Invalid value for argument `labels`. Expected a path and a label in each row. "
            f"Received: a {type(frame).__name__} without rows"
        )
    return Table((header, *rows), f"the {type(frame).__name__}", "row", has_header=True)


def _cell(value: Any) -> str:
    missing = value is None or value != value  # NaN
    return "" if missing else str(value).strip()


def _invalid(path: Path, problem: str) -> ValueError:
    return ValueError(
        "Invalid value for argument `labels`. Expected a CSV file with a path and a label in each "
        f"line. Received: labels={shown(path)}: {printable(problem)}."
    )
