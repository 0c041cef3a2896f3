"""Names of methods in figures: shown as text, short enough, each with its own style."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from keras_lateral.figure import DASHES, category_style
from keras_lateral.method import BASELINE
from keras_lateral.text import printable

PLAIN = {"parse_math": False}
"""For every text with a name in it: dollar signs are shown, not read as mathematics."""


def method_styles(methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Returns colour, marker and line for the baseline and for each method, all different.

    The baseline is black, round and solid; the first method is neither.
    """
    styles = {BASELINE: {"color": "black", "marker": "o", "linestyle": "-"}}
    for place, name in enumerate(methods):
        marker = category_style(place + 1)["marker"]
        dashes = DASHES[(place + 1) % len(DASHES)]
        styles[name] = {**category_style(place), "marker": marker, "linestyle": dashes}
    return styles


def label_of(name: str, width: int = 32, lines: int = 3) -> str:
    """Returns a name on lines of at most `width` letters, cut in its middle if it is longer.

    Combinations are broken before a plus sign if possible.
    """
    text = _cut(printable(name), width * lines)
    rows: list[str] = [""]
    for place, part in enumerate(text.split("+")):
        piece = f"+{part}" if place else part
        if rows[-1] and width_of(rows[-1] + piece) > width:
            rows.append("")
        while width_of(rows[-1] + piece) > width:
            end = _break_position(piece, width)
            rows[-1], piece = piece[:end], piece[end:]
            rows.append("")
        rows[-1] += piece
    if len(rows) > lines:  # the breaks left lines half empty
        rows = rows[: lines - 1] + [_cut("".join(rows[lines - 1 :]), width)]
    return "\n".join(rows)


def width_of(text: str) -> int:
    """Returns the width in letters; East Asian ones count as two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def name_methods(
    figure: Any, handles: Sequence[Any], names: Sequence[str], *, below: str = ""
) -> Any:
    """Draws a legend below the panels, in as many columns as there is room for."""
    labels = [label_of(name) for name in names]
    longest = max(width_of(line) for label in labels for line in label.split("\n"))
    columns = int(figure.get_size_inches()[0] / (0.55 + 0.085 * longest))
    # Names are set afterwards: matplotlib leaves out those that begin with an underscore.
    legend = figure.legend(
        handles,
        [str(place) for place in range(len(labels))],
        loc="outside lower center",
        ncols=min(max(columns, 1), len(labels)),
        frameon=False,
        fontsize="small",
        title=below or None,
        title_fontsize="small",
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_parse_math(False)
        text.set_text(label)
    return legend


def _cut(text: str, width: int) -> str:
    """Cuts out the middle: combinations often begin alike, and versions end alike."""
    if width_of(text) <= width:
        return text
    head = text[: _fitting_length(text, 2 * width // 3)]
    back = text[::-1]
    tail = back[: _fitting_length(back, width - 1 - width_of(head))][::-1]
    return f"{head}…{tail}"


def _break_position(text: str, width: int) -> int:
    """Returns where to break a text: after a separator of words, if one comes late enough."""
    end = _fitting_length(text, width)
    separator = max(text.rfind(sign, 0, end) for sign in "_- /.")
    return separator + 1 if separator >= end // 2 else end


def _fitting_length(text: str, width: int) -> int:
    """Returns how many letters of a text fit into a width, at least one."""
    count = 0
    while count < len(text) and width_of(text[: count + 1]) <= width:
        count += 1
    return max(count, 1)
