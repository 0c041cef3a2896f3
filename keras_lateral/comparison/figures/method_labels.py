"""Names of methods in figures, whatever they are: as text, short enough, one style each."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from keras_lateral.method import BASELINE
from keras_lateral.text import printable

# The palette of Okabe and Ito, which colour-blind eyes tell apart; its yellow is darkened.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#B8860B", "#7A5195")
MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
LINES = ("-", "--", "-.", ":")

PLAIN = {"parse_math": False}
"""For every text with a name in it: a dollar sign is a dollar sign."""


def method_styles(methods: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Returns colour, marker and line for the baseline and for each method, all different."""
    styles = {BASELINE: {"color": "black", "marker": "o", "linestyle": "-"}}
    for place, name in enumerate(methods):
        styles[name] = {
            "color": COLOURS[place % len(COLOURS)],
            "marker": MARKERS[place % len(MARKERS)],
            "linestyle": LINES[place // len(COLOURS) % len(LINES)],
        }
    return styles


def label_of(name: str, width: int = 32, lines: int = 3) -> str:
    """Returns a name on lines of at most `width` letters, cut in its middle where it is longer.

    Combinations are broken before a plus sign where that is possible.
    """
    text = _cut(printable(name), width * lines)
    found: list[str] = [""]
    for place, part in enumerate(text.split("+")):
        piece = f"+{part}" if place else part
        if found[-1] and width_of(found[-1] + piece) > width:
            found.append("")
        while width_of(found[-1] + piece) > width:
            room = _room(piece, width)
            found[-1], piece = piece[:room], piece[room:]
            found.append("")
        found[-1] += piece
    if len(found) > lines:  # the breaks left lines half empty
        found = found[: lines - 1] + [_cut("".join(found[lines - 1 :]), width)]
    return "\n".join(found)


def width_of(text: str) -> int:
    """Returns the width in letters; those of East Asia are two wide."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def name_methods(
    figure: Any, handles: Sequence[Any], names: Sequence[str], *, below: str = ""
) -> Any:
    """Draws a legend below the panels, in as many columns as there is room for."""
    labels = [label_of(name) for name in names]
    longest = max(width_of(line) for label in labels for line in label.split("\n"))
    columns = int(figure.get_size_inches()[0] / (0.55 + 0.085 * longest))
    # Names come afterwards: matplotlib leaves out those that begin with an underscore.
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
    """Leaves a hole in the middle: combinations begin alike, and versions end alike."""
    if width_of(text) <= width:
        return text
    head = text[: _fitting(text, 2 * width // 3)]
    back = text[::-1]
    tail = back[: _fitting(back, width - 1 - width_of(head))][::-1]
    return f"{head}…{tail}"


def _room(text: str, width: int) -> int:
    """Returns where to break a text: after a sign between words, if one comes late enough."""
    room = _fitting(text, width)
    words = max(text.rfind(sign, 0, room) for sign in "_- /.")
    return words + 1 if words >= room // 2 else room


def _fitting(text: str, width: int) -> int:
    """Returns how many letters of a text fit into a width, at least one."""
    count = 0
    while count < len(text) and width_of(text[: count + 1]) <= width:
        count += 1
    return max(count, 1)
