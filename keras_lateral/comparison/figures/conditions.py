"""A figure of each method's accuracy under each condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.answer.condition_names import condition_titles
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.conditions import ConditionFamily, condition_families
from keras_lateral.comparison.figures.method_labels import (
    PLAIN,
    label_of,
    method_styles,
    name_methods,
)
from keras_lateral.comparison.record import Comparison
from keras_lateral.figure import Drawing, new_figure

PANEL = 2.6
"""Approximate width of a panel in inches."""

Styles = Mapping[str, Mapping[str, Any]]


def plot_comparison_conditions(comparison: Comparison, *, width: float = 8.0) -> Drawing:
    """Draws the accuracy under each condition: a panel for each corruption, a line for each method.

    Conditions that differ only in strength (severity, epsilon, sparsity) are one panel, with the
    mean over seeds against the strength; strength 0 is the clean accuracy, where it was measured on
    the same images. All other conditions share the last panel, a row for each: the mark is the
    mean, the line the 95 % interval of the paired difference to the baseline, moved to the mark and
    cut at 0 and 100 %.
    Where a line does not reach the baseline's mark, the difference is unlikely to be chance, for
    that condition and method taken alone.

    Args:
        comparison: What `compare` returns.
        width: Width of the figure in inches.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If no condition was measured.

    Example:

    >>> from keras_lateral import Comparison, Run, plot_comparison_conditions
    >>> measures = {"accuracy": 0.9, "fog-1": 0.8, "fog-5": 0.4, "pgd-linf-0.0314": 0.1}
    >>> runs = tuple(Run(method, 0, measures, 1.0) for method in ("baseline", "mine"))
    >>> figure, axes = plot_comparison_conditions(Comparison("digits", ("mine",), (0,), runs))
    >>> [panel.get_title() for panel in axes]
    ['fog', '']
    """
    return draw_conditions(comparison, comparison.methods, width)


def draw_conditions(comparison: ComparedRuns, order: Sequence[str], width: float) -> Drawing:
    """Draws the accuracies with the methods in this order; see `plot_comparison_conditions`."""
    families = condition_families(comparison)
    if not families:
        raise ValueError(
            "Invalid value for argument `comparison`. Expected one with conditions. Received: "
            f"measures {comparison.measures}"
        )
    graded = [family for family in families if len(family.names) > 1]
    single = [name for family in families if len(family.names) == 1 for name in family.names]
    styles = method_styles(order)
    figure, panels, last = _panels(len(graded), len(single), len(styles), width)
    for panel, family in zip(panels, graded, strict=True):
        _draw_lines(panel, comparison, family, styles)
    _share_limits(panels)
    if last is not None:
        _draw_rows(last, comparison, single, styles)
    _draw_legend(figure, styles)
    axes = np.array([*panels, *([last] if last is not None else [])], dtype=object)
    return Drawing(figure, axes)


def _panels(graded: int, single: int, methods: int, width: float) -> tuple[Any, list[Any], Any]:
    """Returns the figure, a panel for each family, and a wide one below for single conditions."""
    columns = max(1, min(graded, int(width / PANEL)))
    rows = -(-graded // columns)
    heights = [2.3] * rows + [0.6 + 0.11 * single * (methods + 1)] * (single > 0)
    legend = 0.3 + 0.22 * -(-methods // max(1, int(width / 2.6)))
    figure, axes = new_figure(len(heights), columns, (width, sum(heights) + legend))
    grid = axes[0, 0].get_gridspec()
    grid.set_height_ratios(heights)
    last = None
    if single:
        for panel in axes[-1]:
            panel.remove()
        last = figure.add_subplot(grid[-1, :])
        last.spines[["top", "right"]].set_visible(False)
    panels = list(axes[:rows].ravel())
    for panel in panels[graded:]:
        panel.remove()
    return figure, panels[:graded], last


def _draw_lines(
    panel: Any, comparison: ComparedRuns, family: ConditionFamily, styles: Styles
) -> None:
    names = dict(family.names)
    if family.strength and _same_images(comparison) and 0.0 not in names.values():
        names = {"accuracy": 0.0, **names}
    for place, (method, style) in enumerate(styles.items()):
        means = _mean_accuracies(comparison, method, list(names))
        order = {"zorder": 3 if place else 4, "linewidth": 1.3 if place else 1.8}
        panel.plot(list(names.values()), means, markersize=4, alpha=0.9, **order, **style)
    panel.set_title(label_of(family.title, 26, 2), fontsize="medium", **PLAIN)
    panel.set_xlabel(family.strength, fontsize="small")
    panel.set_ylabel("accuracy in %", fontsize="small")
    panel.tick_params(labelsize="small")
    panel.grid(alpha=0.3)
    if family.strength == "severity":
        panel.set_xticks([round(value) for value in names.values()])


def _share_limits(panels: Sequence[Any]) -> None:
    """Gives all panels the same limits, which fit all their lines."""
    lines = [line.get_ydata() for panel in panels for line in panel.get_lines()]
    values = np.concatenate([*lines, [np.nan]])
    values = values[np.isfinite(values)]
    for panel in panels if len(values) else ():
        panel.set_ylim(max(values.min() - 3, -1), min(values.max() + 3, 101))


def _draw_rows(panel: Any, comparison: ComparedRuns, names: Sequence[str], styles: Styles) -> None:
    step = 1 / (len(styles) + 1)
    for row, name in enumerate(names):
        compared = comparison.compared(name)
        differences = {method.method: method.difference for method in compared}
        for place, (method, style) in enumerate(styles.items(), start=1):
            height, (mean,) = row + place * step, _mean_accuracies(comparison, method, [name])
            d = differences.get(method)
            if d is not None and d.pairs > 1:
                ends = [mean + 100 * (end - d.mean) for end in (d.low, d.high)]
                ends = [min(max(end, 0), 100) for end in ends]  # no accuracy is beyond
                panel.plot(ends, (height, height), color=style["color"], linewidth=1.2)
            mark = {**style, "linestyle": "none"}
            panel.plot(mean, height, markersize=5, clip_on=False, zorder=3, **mark)
        if row:
            panel.axhline(row, color="#dddddd", linewidth=0.8)
    titles = condition_titles(names, comparison.settings.get("conditions", {}))
    labels = [label_of(titles[name], 20) for name in names]
    panel.set_yticks([row + 0.5 for row in range(len(names))], labels, fontsize="small", **PLAIN)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(len(names), 0)
    panel.set_xlim(0, 100)
    panel.locator_params(axis="x", nbins=5)
    panel.set_xlabel("accuracy in %")
    panel.grid(axis="x", alpha=0.3)


def _draw_legend(figure: Any, styles: Styles) -> None:
    from matplotlib.lines import Line2D

    name_methods(
        figure, [Line2D([], [], markersize=5, **style) for style in styles.values()], [*styles]
    )


def _same_images(comparison: ComparedRuns) -> bool:
    images, clean = (
        comparison.settings.get(key) for key in ("images_under_conditions", "test_images")
    )
    return images is not None and images == clean and "accuracy" in comparison.measures


def _mean_accuracies(comparison: ComparedRuns, method: str, names: Sequence[str]) -> list[float]:
    """Returns the mean accuracy under each condition, over the seeds that have them all.

    A training that diverged has only a clean accuracy: its seed would distort the line.
    """
    by_name = [comparison.values(method, name) for name in names]
    seeds = [seed for seed in by_name[0] if all(seed in values for values in by_name)]
    if not seeds:
        return [float("nan")] * len(names)
    return [100 * float(np.mean([values[seed] for seed in seeds])) for values in by_name]
