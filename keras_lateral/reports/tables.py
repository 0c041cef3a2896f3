"""Tables that scroll within themselves where the screen is narrow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from keras_lateral.reports.html import Html, escaped, joined, tag

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
        rows: Of cells; the first is the row's heading.
        words: Columns with text. The others have numbers, which stand on the right.
        after: A sentence of explanation within the caption.
    """
    body = tag("tbody", *(row_html(row, words) for row in rows))
    return framed(caption, head_html(head, words), body, after=after)


def framed(caption: str, *content: object, after: str = "") -> Html:
    """Returns a table in a frame of its own, which a keyboard can scroll too."""
    said = tag("div", caption, tag("small", after) if after else "", class_="stay")
    whole = tag("table", tag("caption", said), *content)
    return tag("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def head_html(head: Sequence[object], words: Collection[int] = ()) -> Html:
    """Returns the headings of the columns."""
    cells = [
        tag("th", title, scope="col", class_=_kind(place, words))
        for place, title in enumerate(head)
    ]
    return tag("thead", tag("tr", *cells))


def row_html(row: Row, words: Collection[int] = ()) -> Html:
    """Returns one row."""
    first, *others = row
    cells = [
        tag("td", cell, class_=_kind(place, words)) for place, cell in enumerate(others, start=1)
    ]
    return tag("tr", tag("th", first, scope="row", class_="name"), *cells)


def group_html(title: object, columns: int, rows: Iterable[Row]) -> Html:
    """Returns rows under a heading of their own."""
    stays = tag("div", title, class_="stay")
    heading = tag("th", stays, scope="rowgroup", colspan=columns, class_="group")
    return tag("tbody", tag("tr", heading), *(row_html(row) for row in rows))


def lines(*parts: object) -> Html:
    """Returns a cell of a large first line and small others."""
    first, *others = [part for part in parts if part != ""]
    return joined([escaped(first), *(tag("small", other) for other in others)])


def _kind(place: int, words: Collection[int]) -> str:
    if place == 0:
        return "name"
    return "words" if place in words else "n"
