"""The marks of differences between pairs: each pair, their mean, its interval."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.answer.findings import WITHHELD
from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.figure import COLOURS

Pairs = Sequence[tuple[float, bool]]
"""For each pair the difference, and whether one of its trainings diverged."""

STYLES: Mapping[str, dict[str, Any]] = {
    "helps": {"marker": "^", "color": COLOURS[0]},
    "may help": {"marker": "^", "color": COLOURS[0], "markerfacecolor": "white"},
    "not known yet": {"marker": "D", "color": "#555555", "markerfacecolor": "white"},
    "practically the same": {"marker": "o", "color": "#555555"},
    "may harm": {"marker": "v", "color": "#B84700", "markerfacecolor": "white"},
    "harms": {"marker": "v", "color": "#B84700"},
    WITHHELD: {"marker": "s", "color": "#555555", "markerfacecolor": "white"},
}
"""Style of the mean, by verdict: hollow if it is uncertain, pointing up if it is better."""

SAME = {"color": "#e9e9ee", "linewidth": 0, "zorder": 0}
"""The band within which two trainings are practically the same."""

PAIR = {"marker": ".", "color": "#8a8a8a", "linestyle": "none", "markersize": 6, "zorder": 2}
DIVERGED = {**PAIR, "marker": "x", "markersize": 5, "color": "#444444", "clip_on": False}
MEAN = {"markersize": 8, "markeredgewidth": 1.5, "zorder": 5}


def draw_pairs(axes: Any, pairs: Pairs, center: float) -> None:
    """Draws a dot for each pair, or a cross within the axes if one of its trainings diverged."""
    offsets = np.linspace(-0.1, 0.1, len(pairs)) if len(pairs) > 1 else [0.0]
    low, high = axes.get_xlim()
    for offset, (value, diverged) in zip(offsets, pairs, strict=True):
        if diverged:
            axes.plot(min(max(value, low), high), center + offset, **DIVERGED)
        else:
            axes.plot(value, center + offset, **PAIR)


def draw_interval(axes: Any, ends: tuple[float, float], center: float, kind: str) -> None:
    """Draws a line from end to end; an end outside the axes is an arrow at their edge."""
    low, high = axes.get_xlim()
    color = STYLES[kind]["color"]
    inside = [min(max(end, low), high) for end in ends]
    axes.plot(inside, (center, center), color=color, linewidth=2, zorder=3)
    for shown, end, arrow in zip(inside, ends, "<>", strict=True):
        mark = {"marker": "|" if shown == end else arrow, "markersize": 7, "clip_on": False}
        axes.plot(shown, center, color=color, zorder=4, **mark)


def draw_mean(axes: Any, mean: float, center: float, kind: str) -> None:
    """Draws the large mark of the mean."""
    axes.plot(mean, center, **MEAN, **STYLES[kind])


def explain_marks(
    figure: Any, methods: Sequence[ComparedMethod], kinds: Collection[str], diverged: bool
) -> None:
    """Draws a legend of the marks that occur, below the axes."""
    from matplotlib.lines import Line2D

    def mark(label: str, style: Mapping[str, Any]) -> Any:
        return Line2D([], [], label=label, **{**style, "linestyle": "none"})

    handles = [mark("one pair", PAIR)]
    handles += [mark("a training diverged", DIVERGED)] if diverged else []
    if any(method.difference.pairs > 1 for method in methods):
        handles.append(Line2D([], [], label="95 % interval", color="#555555", linewidth=2))
    handles += [
        mark(f"mean: {kind}", {**MEAN, **style}) for kind, style in STYLES.items() if kind in kinds
    ]
    columns = max(1, int(figure.get_size_inches()[0] / 1.75))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=min(columns, len(handles)),
        frameon=False,
        fontsize="small",
    )
