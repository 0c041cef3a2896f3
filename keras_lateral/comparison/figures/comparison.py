"""A figure of which method helps, by how much, and how certain that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.answer.findings import Findings, findings_of
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.figures.difference_marks import (
    SAME,
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
    Colour and mark show the verdict: a hollow mark is uncertain, a triangle that points up is
    better. The best method comes first. The grey band is the smallest difference of interest, to
    both sides: within it, two trainings are practically the same. A cross is a pair in which a
    training diverged. The axis fits the other pairs: an interval that extends beyond it has an
    arrow, and a cross outside is drawn at the edge.

    Args:
        comparison: What `compare` returns.
        measure: One of `comparison.measures`.
        width: Width of the figure in inches. Below 5, names stand above their rows.

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
    return draw_comparison(findings_of(comparison), measure, width)


def draw_comparison(findings: Findings, measure: str, width: float) -> Drawing:
    """Draws what was found by one measure; see `plot_comparison`."""
    comparison = findings.comparison
    by_name = {method.method: method for method in findings.compared(measure)}
    if not by_name:
        raise ValueError(
            "Invalid value for argument `measure`. Expected one that the baseline and a method "
            f"have with the same seed, among {comparison.measures}. Received: measure={measure!r}"
        )
    reading, narrow = measure_of(measure), width < NARROW
    kinds = {name: findings.shown_kind(method) for name, method in by_name.items()}
    words = {name: _verdict_text(by_name.get(name), kinds) for name in findings.order}
    rows = rows_of(words, narrow)
    figure, ((axes,),) = new_figure(1, 1, (width, rows[-1].bottom + (1.75 if narrow else 1.2)))
    axes.set_ylim(rows[-1].bottom, 0)
    pairs = {name: _pairs(comparison, m, reading.scale) for name, m in by_name.items()}
    axes.set_xlim(*_limits(pairs, list(by_name.values()), reading))
    effect = reading.scale * next(iter(by_name.values())).effect
    axes.axvspan(-effect, effect, **SAME)
    axes.axvline(0, color="black", linewidth=1, zorder=1)
    for row in rows:
        if row.method in by_name:
            mark = (row.center, kinds[row.method])
            _draw(axes, by_name[row.method], pairs[row.method], mark, reading.scale)
    colors = {name: STYLES[kind]["color"] for name, kind in kinds.items()}
    name_rows(axes, rows, colors, narrow)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel(_axis_label(reading, narrow))
    any_diverged = any(diverged for points in pairs.values() for _, diverged in points)
    explain_marks(figure, list(by_name.values()), set(kinds.values()), any_diverged)
    return Drawing(figure, axes)


def _pairs(comparison: ComparedRuns, method: ComparedMethod, scale: float) -> Pairs:
    """Returns method minus baseline for each seed that both have, and whether one diverged."""
    baseline, values = comparison.values(BASELINE, method.measure), method.values
    both = (BASELINE, method.method)
    diverged = {run.seed for run in comparison.runs if run.diverged and run.method in both}
    seeds = [seed for seed in baseline if seed in values]
    return [(scale * (values[seed] - baseline[seed]), seed in diverged) for seed in seeds]


def _verdict_text(method: ComparedMethod | None, kinds: Mapping[str, str]) -> str:
    if method is None:
        return "no pair with the baseline"
    size = measure_of(method.measure).show(method.difference.mean, sign=True)
    return f"{kinds[method.method]}, {size}"


def _limits(
    pairs: Mapping[str, Pairs], methods: Sequence[ComparedMethod], measure: Measure
) -> tuple[float, float]:
    """Returns limits that hold 0, every dot, the band and the intervals, unless dots get lost."""
    all_points = [point for points in pairs.values() for point in points]
    dots = [value for value, diverged in all_points if not diverged]
    dots = dots or [value for value, _ in all_points]
    far = 4 * max(*map(abs, dots), 10.0**-measure.digits)
    intervals = [(method.difference.low, method.difference.high) for method in methods]
    effect = methods[0].effect
    ends = [measure.scale * end for interval in (*intervals, (-effect, effect)) for end in interval]
    shown = [min(max(end, -far), far) for end in ends if np.isfinite(end)]
    low, high = min(0.0, *dots, *shown), max(0.0, *dots, *shown)
    margin = max(0.08 * (high - low), 0.5 * 10.0**-measure.digits)
    return low - margin, high + margin


def _draw(
    axes: Any, method: ComparedMethod, pairs: Pairs, mark: tuple[float, str], scale: float
) -> None:
    d, (center, kind) = method.difference, mark
    draw_pairs(axes, pairs, center)
    if d.pairs > 1:
        draw_interval(axes, (scale * d.low, scale * d.high), center, kind)
    draw_mean(axes, scale * d.mean, center, kind)


def _axis_label(measure: Measure, narrow: bool) -> str:
    better = "right" if measure.higher_is_better else "left"
    return (
        f"{measure.title},{chr(10) if narrow else ' '}difference to the baseline"
        f"{chr(10) if narrow else ' '}in {measure.unit} ({better} is better)"
    )
