"""Text that can be shown anywhere: names from a disk, and tables for a terminal or a notebook."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


def printable(name: str) -> str:
    r"""Returns a name with everything escaped that is not visible text, such as line breaks.

    Bytes that are not UTF-8 become surrogates in Python, which files and terminals reject; they are
    escaped too.

    Args:
        name: Name of a file or folder.

    Returns:
        The name itself if all of it can be shown.

    Example:

    >>> from keras_lateral.text import printable
    >>> printable("Füchse & Dachse"), printable("red\x1b[31m\n")
    ('Füchse & Dachse', 'red\\x1b[31m\\n')
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def shown(path: Path) -> str:
    """A path in quotation marks, for a message."""
    return f"'{printable(str(path))}'"


def listed(paths: list[Path], most: int = 5) -> str:
    """The first few of many paths, and how many more there are."""
    text = ", ".join(shown(path) for path in paths[:most])
    return text if len(paths) <= most else f"{text} and {len(paths) - most:,} more"


def shortened(text: str, most: int) -> str:
    """Any text on one line of at most `most` characters; where it is cut it ends in `...`.

    Example:

    >>> shortened("conv", 8), shortened("a long name", 8)
    ('conv', 'a lon...')
    """
    text = printable(text)
    return text if len(text) <= most else text[: most - 3] + "..."


def counted(number: int, noun: str) -> str:
    """A number and a noun that agrees with it.

    Example:

    >>> counted(1, "image"), counted(1200, "image")
    ('1 image', '1,200 images')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question with the known names that are most like a wrong one, to follow a sentence.

    Example:

    >>> did_you_mean("gradient_maks", ["gradient_mask", "mixup"])
    " Did you mean 'gradient_mask'?"
    >>> did_you_mean("magic", ["gradient_mask", "mixup"])
    ''
    """
    by_lower = {other.lower(): other for other in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=0.7)
    return f" Did you mean {' or '.join(repr(by_lower[n]) for n in close)}?" if close else ""


def error_in_short(error: BaseException) -> str:
    r"""The name of an error and the line that says what happened, without a backend's traces.

    TensorFlow prints the calls that have made a node, then the line, then the node; in a line, the
    node in braces and its operation at the end.

    Example:

    >>> error_in_short(ValueError("Shapes differ.\nArguments received:\n  x=1"))
    'ValueError: Shapes differ.'
    >>> error_in_short(ValueError("{{function_node __loss_CPU:0}} Label 7 [Op:Loss] name: "))
    'ValueError: Label 7'
    """
    lines = [line.strip() for line in str(error).splitlines()]
    node = next((i for i, line in enumerate(lines) if line.startswith("[[{{node")), None)
    said = lines if node is None else lines[node - 1 : node]
    text = next((line for line in said if line), "")
    text = re.split(r" Full object config| Example error message|\s*\[Op:\w+\]", text)[0]
    text = re.sub(r"\{\{function_node [^}]*\}\}\s*", "", text)
    text = text if len(text) <= MOST_SAID else f"{text[: MOST_SAID - 3]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


MOST_SAID = 400
"""Characters of somebody else's error that are shown."""


@dataclass(frozen=True)
class Column:
    """The layout of one column of a table.

    Args:
        heading: Its heading.
        align: `"<"` for words, on the left; `">"` for numbers, on the right.
        width: Its width in characters. Defaults to that of its widest cell.
        gap: Spaces before it; none stand before the first column.
    """

    heading: str = ""
    align: Literal["<", ">"] = ">"
    width: int | None = None
    gap: int = 2


def columns_of(headings: Iterable[str]) -> tuple[Column, ...]:
    """Returns columns with these headings, the first on the left, the others on the right."""
    return tuple(Column(text, ">" if place else "<") for place, text in enumerate(headings))


def text_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> list[str]:
    """Returns the lines of a table.

    Args:
        columns: One for each cell of a row. Without any heading there is no line of headings.
        rows: The cells of each row.

    Example:

    >>> text_table(columns_of(["layer", "A", "B"]), [["conv", "0.5", "12"]])
    ['layer    A   B', 'conv   0.5  12']
    """
    headings = [column.heading for column in columns]
    lines = [*([headings] if any(headings) else []), *rows]
    widths = [
        max((len(line[place]) for line in lines), default=0)
        if column.width is None
        else column.width
        for place, column in enumerate(columns)
    ]
    return ["".join(_padded(columns, widths, line)).rstrip() for line in lines]


def _padded(
    columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]
) -> Iterable[str]:
    for place, (column, width, cell) in enumerate(zip(columns, widths, cells, strict=True)):
        yield f"{' ' * column.gap if place else ''}{cell:{column.align}{width}}"


@dataclass(frozen=True)
class Table:
    """A table with the lines above and below it: `str` is its text, `html` the same as HTML.

    Args:
        columns: See `text_table`.
        rows: The cells of each row.
        above: Lines above it; an empty one sets it off.
        below: Lines below it.

    Example:

    >>> table = Table(columns_of(["", "A"]), [["<b>", "0.5"]], above=("frame bounds",))
    >>> print(table)
    frame bounds
           A
    <b>  0.5
    >>> "&lt;b&gt;" in table.html()
    True
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self.above, *text_table(self.columns, self.rows), *self.below])

    def html(self) -> str:
        """Returns the table as HTML in which every cell is text, without scripts and colours."""
        headings = [column.heading for column in self.columns]
        head = f"<thead>{self._row(headings, 'col')}</thead>" if any(headings) else ""
        body = "".join(self._row(cells, "row") for cells in self.rows)
        table = f"<table>{head}<tbody>{body}</tbody></table>" if head or body else ""
        return html_paragraph(self.above) + table + html_paragraph(self.below)

    def _row(self, cells: Sequence[str], scope: Literal["row", "col"]) -> str:
        """Returns a row: headings all of them, or a row's first cell and its values."""
        texts = []
        for place, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            tag = "td" if place and scope == "row" else "th"
            opening = f'{tag} scope="{scope}"' if tag == "th" else tag
            side = "left" if column.align == "<" else "right"
            texts.append(f'<{opening} style="text-align: {side}">{escaped(cell)}</{tag}>')
        return f"<tr>{''.join(texts)}</tr>"


def values_table(title: str, values: Mapping[str, object]) -> Table:
    """Returns a table of values and their names.

    Example:

    >>> print(values_table("conv", {"A": 0.5, "borders": "zeros"}))
    conv
    A        0.5
    borders  zeros
    """
    rows = [(name, str(value)) for name, value in values.items()]
    return Table((Column(align="<"), Column(align="<")), rows, above=(title,))


def escaped(text: str) -> str:
    """Returns any text as HTML that shows it.

    Example:

    >>> escaped('<b>&"')
    '&lt;b&gt;&amp;&quot;'
    """
    return html.escape(printable(text), quote=True)


def html_paragraph(lines: Iterable[str]) -> str:
    """Returns lines of text as a paragraph of HTML, or nothing where all are empty."""
    texts = [escaped(line.strip()) for line in lines if line.strip()]
    return f"<p>{'<br/>'.join(texts)}</p>" if texts else ""
