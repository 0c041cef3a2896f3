"""Tables that scroll sideways on narrow screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from keras_lateral.comparison.report.html import Html, escaped, joined, tag


def settings_text(settings: Any) -> str:
    """Returns settings in words.

    Example:

    >>> from keras_lateral.comparison.report.tables import settings_text
    >>> settings_text({"batch_size": 8, "libraries": {"numpy": "2.3"}, "side": None})
    'batch size 8, libraries (numpy 2.3), side none'
    """
    if isinstance(settings, Mapping):
        return ", ".join(
            f"{str(key).replace('_', ' ')} {_value_text(value)}" for key, value in settings.items()
        )
    return _value_text(settings)


def _value_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({settings_text(value)})"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value_text(item) for item in value) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value)


Row = Sequence[object]


def table(
    caption: str,
    head: Sequence[object],
    rows: Iterable[Row],
    *,
    words: Collection[int] = (),
    after: str = "",
) -> Html:
    """Returns a table with a heading for each row and column.

    Args:
        caption: What it shows.
        head: Headings of the columns.
        rows: Rows of cells; the first cell is the row's heading.
        words: Indices of columns with text. The others have numbers, aligned on the right.
        after: A sentence of explanation within the caption.
    """
    body = tag("tbody", *(row_html(row, words) for row in rows))
    return framed(caption, head_html(head, words), body, after=after)


def framed(caption: str, *content: object, after: str = "") -> Html:
    """Returns a table in a frame of its own, which can also be scrolled by keyboard."""
    text = tag("div", caption, tag("small", after) if after else "", class_="stay")
    whole = tag("table", tag("caption", text), *content)
    return tag("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def head_html(head: Sequence[object], words: Collection[int] = ()) -> Html:
    """Returns the headings of the columns."""
    cells = [
        tag("th", title, scope="col", class_=_cell_class(place, words))
        for place, title in enumerate(head)
    ]
    return tag("thead", tag("tr", *cells))


def row_html(row: Row, words: Collection[int] = ()) -> Html:
    """Returns one row."""
    first, *others = row
    cells = [
        tag("td", cell, class_=_cell_class(place, words))
        for place, cell in enumerate(others, start=1)
    ]
    return tag("tr", tag("th", first, scope="row", class_="name"), *cells)


def group_html(title: object, columns: int, rows: Iterable[Row]) -> Html:
    """Returns rows under a heading of their own."""
    stays = tag("div", title, class_="stay")
    heading = tag("th", stays, scope="rowgroup", colspan=columns, class_="group")
    return tag("tbody", tag("tr", heading), *(row_html(row) for row in rows))


def lines(*parts: object) -> Html:
    """Returns a cell with a large first line and small further lines."""
    first, *others = [part for part in parts if part != ""]
    return joined([escaped(first), *(tag("small", other) for other in others)])


def _cell_class(place: int, words: Collection[int]) -> str:
    if place == 0:
        return "name"
    return "words" if place in words else "n"
