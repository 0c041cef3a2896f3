"""A wide table in a narrow terminal: what does not fit beside the rest goes below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keras_lateral.text import Column, Table, text_table

SHORTEST_NAME = 12
"""Characters of a row's name that are left however narrow the terminal is."""


@dataclass(frozen=True)
class ColumnGroup:
    """Columns that belong together.

    Args:
        columns: One for each cell.
        rows: The group's cells in each row of the table.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether no row has anything in it."""
        return not any(any(cells) for cells in self.rows)

    @property
    def width(self) -> int:
        """Characters that it takes beside other columns."""
        lines = text_table((Column(), *self.columns), [("", *cells) for cells in self.rows])
        return max(map(len, lines), default=0)

    def without_empty_columns(self) -> ColumnGroup:
        """Returns the group with those columns that have a cell with something in it."""
        kept = [n for n in range(len(self.columns)) if any(cells[n] for cells in self.rows)]
        return ColumnGroup(
            tuple(self.columns[n] for n in kept),
            tuple(tuple(cells[n] for n in kept) for cells in self.rows),
        )

    def alone(self) -> list[ColumnGroup]:
        """Returns a group for each of its columns."""
        return [
            ColumnGroup((column,), tuple((cells[place],) for cells in self.rows))
            for place, column in enumerate(self.columns)
        ]


def one_table(names: ColumnGroup, groups: Sequence[ColumnGroup]) -> Table:
    """Returns all columns side by side, however wide they are; groups without a cell are left out.

    Args:
        names: The column that names the rows.
        groups: The others.
    """
    return _beside([names, *(group for group in groups if not group.is_empty)])


def fitted_tables(
    names: ColumnGroup, short_names: ColumnGroup, groups: Sequence[ColumnGroup], width: int
) -> list[Table]:
    r"""Returns the same as one table if it fits, or else as several, none wider than `width`.

    A table that continues another one repeats the names, of the rows that have something in it.

    Args:
        names: The column that names the rows.
        short_names: Shorter names, for where these do not fit.
        groups: The others. The columns of one stay together if there is room.
        width: Characters of a line.

    Example:

    >>> column = lambda *texts: ColumnGroup((Column(texts[0]),), tuple((t,) for t in texts[1:]))
    >>> names, a, b = column("layer", "x", "y"), column("A", "1", "2"), column("B", "", "30")
    >>> print(*fitted_tables(names, names, [a, b], width=10), sep="\n--\n")
    layer  A
        x  1
        y  2
    --
    layer   B
        y  30
    """
    whole = one_table(names, groups)
    if max(map(len, str(whole).splitlines()), default=0) <= width:
        return [whole]
    first = _shortened(short_names, max(SHORTEST_NAME, width // 3))
    room = width - max(len(cell) for (cell,) in (*first.rows, (first.columns[0].heading,)))
    return [_with_something([first, *page]) for page in _pages(groups, room)]


def _pages(groups: Sequence[ColumnGroup], room: int) -> Iterator[list[ColumnGroup]]:
    """Yields groups that fit beside each other, in their order."""
    parts = [
        part
        for group in groups
        for part in ([group] if group.width <= room else group.alone())
        if not part.is_empty
    ]
    page: list[ColumnGroup] = []
    for part in parts:
        if page and sum(other.width for other in (*page, part)) > room:
            yield page
            page = []
        page.append(part)
    yield page


def _with_something(groups: Sequence[ColumnGroup]) -> Table:
    """Returns a table of the rows that have a cell besides their name."""
    table = _beside(groups)
    return Table(table.columns, [row for row in table.rows if any(row[1:])] or table.rows)


def _beside(groups: Sequence[ColumnGroup]) -> Table:
    columns = [column for group in groups for column in group.columns]
    rows = zip(*(group.rows for group in groups), strict=True)
    return Table(columns, [tuple(cell for cells in row for cell in cells) for row in rows])


def _shortened(names: ColumnGroup, most: int) -> ColumnGroup:
    """Returns names that keep their ends, where the parts of a model differ."""
    texts = [name for (name,) in names.rows]
    cut = [text if len(text) <= most else "..." + text[len(text) - most + 3 :] for text in texts]
    return ColumnGroup(names.columns, tuple((text,) for text in cut))
