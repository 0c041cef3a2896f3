"""Rows of a figure with a name and a few words each, beside or above their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keras_lateral.comparison.figures.method_labels import PLAIN, label_of

NARROW = 5.0
"""Width of a figure in inches below which names stand above their rows."""

LINE = 0.165
"""Height of a line of text in inches."""

MARKS = 0.4
"""Height of a row's marks in inches."""


@dataclass(frozen=True)
class Row:
    """One method's place, in inches from the top.

    Args:
        method: Name of the method.
        label: The name as it is shown.
        words: A few words on the result.
        top: Where the row begins.
        center: Where its marks are.
        bottom: Where it ends.
    """

    method: str
    label: str
    words: str
    top: float
    center: float
    bottom: float


def rows_of(words: Mapping[str, str], narrow: bool) -> list[Row]:
    """Returns a row for each method.

    Args:
        words: A few words on each method.
        narrow: Whether names and words stand above the marks.
    """
    rows: list[Row] = []
    top = 0.0
    for method, text in words.items():
        label = label_of(method)
        lines = label.count("\n") + 1
        above = LINE * (lines + 1) + 0.06 if narrow else 0.0
        height = MARKS if narrow else max(MARKS, LINE * lines + 0.14)
        rows.append(Row(method, label, text, top, top + above + height / 2, top + above + height))
        top = rows[-1].bottom
    return rows


def name_rows(axes: Any, rows: Sequence[Row], colors: Mapping[str, str], narrow: bool) -> None:
    """Writes names and words; the heights of the axes are in inches."""
    axes.set_yticks([])
    for row in rows:
        if row.top:
            axes.axhline(row.top, color="#dddddd", linewidth=0.8, zorder=0)
        style = {"color": colors.get(row.method, "#555555"), "fontsize": "small"}
        if narrow:
            lines = row.label.count("\n") + 1
            _write(axes, row.label, 0, row.top, (4, -5), va="top", weight="bold")
            _write(axes, row.words, 0, row.top + LINE * lines, (4, -5), va="top", **style)
        else:
            _write(axes, row.label, 0, row.center, (-6, 0), va="center", ha="right")
            _write(axes, row.words, 1, row.center, (6, 0), va="center", **style)


def _write(axes: Any, text: str, x: float, y: float, shift: tuple[int, int], **style: Any) -> None:
    axes.annotate(
        text,
        (x, y),
        xycoords=("axes fraction", "data"),
        xytext=shift,
        textcoords="offset points",
        annotation_clip=False,
        **{"fontsize": "small", **style, **PLAIN},
    )
