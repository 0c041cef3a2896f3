"""A picture of which method helps, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.comparison.figures.difference_marks import (
    STYLES,
    Pairs,
    draw_interval,
    draw_mean,
    draw_pairs,
    explain_marks,
)
from keras_lateral.comparison.figures.method_rows import NARROW, name_rows, rows_of
from keras_lateral.comparison.measures import Measure, measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.figure import Drawing, new_figure
from keras_lateral.method import BASELINE


def plot_comparison(
    comparison: Comparison, measure: str = "accuracy", *, width: float = 8.0
) -> Drawing:
    """Draws the difference that each method makes to a measure, a row for each method.

    A dot is the difference within one pair, the large mark their mean, the line its 95 % interval.
    Colour and mark say what the verdict is: a filled one is sure, a triangle that points up is
    better. A cross is a pair of which a training diverged. The picture is as wide as the other
    pairs need: an interval that goes on has an arrow, and a cross outside stands at the edge.

    Args:
        comparison: What `compare` returns.
        measure: One of `comparison.measures`.
        width: Of the figure in inches. Below 5, names stand above their rows.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such measure, or no method shares a seed with the baseline.

    Example:

    >>> from keras_lateral import Comparison, Run, plot_comparison
    >>> runs = [Run("baseline", s, {"accuracy": 0.5 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("mine", s, {"accuracy": 0.52 + s / 100}, 1.0) for s in range(3)]
    >>> comparison = Comparison("digits", ("mine",), (0, 1, 2), tuple(runs))
    >>> figure, axes = plot_comparison(comparison)
    >>> [text.get_text() for text in axes.texts]
    ['mine', 'helps, +2.0']
    """
    found = {one.method: one for one in comparison.compared(measure)}
    if not found:
        raise ValueError(
            "Invalid value for argument `measure`. Expected one that the baseline and a method "
            f"have with the same seed, among {comparison.measures}. Received: measure={measure!r}"
        )
    reading, narrow = measure_of(measure), width < NARROW
    words = {name: _words(found.get(name), reading) for name in comparison.methods}
    rows = rows_of(words, narrow)
    figure, ((axes,),) = new_figure(1, 1, (width, rows[-1].bottom + (1.75 if narrow else 1.2)))
    axes.set_ylim(rows[-1].bottom, 0)
    pairs = {name: _pairs(comparison, one, reading.scale) for name, one in found.items()}
    axes.set_xlim(*_limits(pairs, list(found.values()), reading))
    axes.axvline(0, color="black", linewidth=1, zorder=1)
    for row in rows:
        if row.method in found:
            _draw(axes, found[row.method], pairs[row.method], row.center, reading.scale)
    colors = {name: STYLES[one.kind]["color"] for name, one in found.items()}
    name_rows(axes, rows, colors, narrow)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel(_axis(reading, narrow))
    explain_marks(
        figure, list(found.values()), any(bad for one in pairs.values() for _, bad in one)
    )
    return Drawing(figure, axes)


def _pairs(comparison: Comparison, one: ComparedMethod, scale: float) -> Pairs:
    """Returns method minus baseline for each seed that both have, and whether one diverged."""
    baseline = comparison.values(BASELINE, one.measure)
    both = (BASELINE, one.method)
    bad = {run.seed for run in comparison.runs if run.diverged and run.method in both}
    seeds = [seed for seed in baseline if seed in one.values]
    return [(scale * (one.values[seed] - baseline[seed]), seed in bad) for seed in seeds]


def _words(one: ComparedMethod | None, measure: Measure) -> str:
    if one is None:
        return "no pair with the baseline"
    return f"{one.kind}, {measure.show(one.difference.mean, sign=True)}"


def _limits(
    pairs: Mapping[str, Pairs], found: Sequence[ComparedMethod], measure: Measure
) -> tuple[float, float]:
    """Of the axis: 0, every dot, and intervals unless these would press the dots together."""
    every = [point for points in pairs.values() for point in points]
    dots = [value for value, bad in every if not bad] or [value for value, _ in every]
    far = 4 * max(*map(abs, dots), 10.0**-measure.digits)
    ends = [
        measure.scale * end for one in found for end in (one.difference.low, one.difference.high)
    ]
    shown = [min(max(end, -far), far) for end in ends if np.isfinite(end)]
    low, high = min(0.0, *dots, *shown), max(0.0, *dots, *shown)
    margin = max(0.08 * (high - low), 0.5 * 10.0**-measure.digits)
    return low - margin, high + margin


def _draw(axes: Any, one: ComparedMethod, pairs: Pairs, center: float, scale: float) -> None:
    d = one.difference
    draw_pairs(axes, pairs, center)
    if d.pairs > 1:
        draw_interval(axes, (scale * d.low, scale * d.high), center, one.kind)
    draw_mean(axes, scale * d.mean, center, one.kind)


def _axis(measure: Measure, narrow: bool) -> str:
    better = "right" if measure.higher_is_better else "left"
    return (
        f"{measure.title},{chr(10) if narrow else ' '}difference to the baseline"
        f"{chr(10) if narrow else ' '}in {measure.unit} ({better} is better)"
    )
