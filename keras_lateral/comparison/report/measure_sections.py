"""What was measured on the test images: accuracy first, then the rest."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.comparison.figures.comparison import plot_comparison
from keras_lateral.comparison.measures import Measure, is_condition, measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.answer import kind_html
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html, name_html, section
from keras_lateral.comparison.report.tables import table
from keras_lateral.method import BASELINE

HEAD = ("Method", "Mean", "Spread", "Difference", "95 % interval", "Adjusted p", "Pairs", "Verdict")

TIME = "seconds_per_epoch"


def difference_section(comparison: Comparison) -> Html:
    """Returns the picture of the differences in accuracy."""
    methods = comparison.compared()
    if not methods:
        return Html("")
    marks = "; the large mark is their mean, the line its 95 % interval"
    several = any(method.difference.pairs > 1 for method in methods)
    caption = (
        "A dot is the difference within one pair of trainings, method minus baseline with the same "
        f"seed{marks if several else ''}. Dots to the right of zero are better than the baseline."
    )
    picture = figure_html(
        lambda width: plot_comparison(comparison, width=width),
        alt=_alt_text(methods),
        caption=caption,
    )
    return section("The differences", picture, id_="differences")


def accuracy_section(comparison: Comparison) -> Html:
    """Returns the table of the accuracies."""
    if "accuracy" not in comparison.measures:
        return Html("")
    return section("Test accuracy", measure_table(comparison, "accuracy"), id_="accuracy")


def other_section(comparison: Comparison) -> Html:
    """Returns a table for each further measure that is not an accuracy under a condition."""
    names = [name for name in comparison.measures if not is_condition(name) and name != "accuracy"]
    if not names:
        return Html("")
    tables = [measure_table(comparison, name) for name in names if name != TIME]
    tables += [time_table(comparison)] if TIME in names else []
    return section("Loss, calibration, time", *tables, id_="measures")


def measure_table(comparison: Comparison, name: str) -> Html:
    """Returns a row for each method: mean and spread, and the paired difference."""
    measure = measure_of(name)
    better = "higher" if measure.higher_is_better else "lower"
    unit = "%" if measure.unit == "points" else measure.unit
    by_method = {compared.method: compared for compared in comparison.compared(name)}
    rows = [
        [name_html(method), *_mean_and_spread(comparison, method, measure), *cells]
        for method in (BASELINE, *comparison.methods)
        for cells in [_difference(comparison, by_method.get(method), measure)]
    ]
    caption = f"{measure.title[0].upper()}{measure.title[1:]} in {unit}"
    after = f"{better.capitalize()} is better. Differences in {measure.unit}."
    return table(caption, HEAD, rows, words=(7,), after=after)


def time_table(comparison: Comparison) -> Html:
    """Returns what a method costs in time, as a multiple of the baseline's with the same seed."""
    rows = []
    baseline = comparison.values(BASELINE, TIME)
    for method in (BASELINE, *comparison.methods):
        values = comparison.values(method, TIME)
        ratios = [values[s] / baseline[s] for s in baseline if s in values and baseline[s] > 0]
        mean, spread = _mean_and_spread(comparison, method, measure_of(TIME))
        # The geometric mean: twice and half as long cancel.
        ratio = math.exp(np.mean(np.log(ratios))) if ratios and min(ratios) > 0 else math.nan
        known = math.isfinite(ratio) and method != BASELINE
        extremes = f"{min(ratios):.2f} to {max(ratios):.2f}" if known else ""
        rows.append([name_html(method), mean, spread, f"{ratio:.2f}" if known else "", extremes])
    head = ("Method", "Seconds", "Spread", "Times the baseline", "Lowest to highest")
    after = (
        "Lower is better. The first epoch of a training is not counted. These numbers include "
        "the effect of whatever else the machine was doing."
    )
    return table("Seconds per epoch, and as a multiple of the baseline's", head, rows, after=after)


def _mean_and_spread(comparison: Comparison, method: str, measure: Measure) -> tuple[str, str]:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return "none", ""
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return measure.show(float(np.mean(values))), spread


def _difference(
    comparison: Comparison, method: ComparedMethod | None, measure: Measure
) -> tuple[object, ...]:
    if method is None:
        return ("",) * 5
    d, show = method.difference, partial(measure.show, sign=True)
    baseline = comparison.values(BASELINE, method.measure)
    sign = 1 if measure.higher_is_better else -1
    changes = [
        sign * (method.values[seed] - baseline[seed]) for seed in baseline if seed in method.values
    ]
    pairs = f"{sum(change > 0 for change in changes)} of {d.pairs} better"
    if d.pairs < 2:
        return (show(d.mean), "", "", pairs, kind_html(method.kind))
    interval = f"{show(d.low)} to {show(d.high)}"
    return (show(d.mean), interval, p_text(method.adjusted_p), pairs, kind_html(method.kind))


def p_text(p: float) -> str:
    """Returns a p value as text; one that would round to 0 is given as an upper bound."""
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def _alt_text(methods: list[ComparedMethod]) -> str:
    measure = measure_of("accuracy")
    parts = []
    for method in methods:
        d = method.difference
        ends = f", interval {measure.show(d.low, sign=True)} to {measure.show(d.high, sign=True)}"
        mean = measure.show(d.mean, sign=True)
        parts.append(f"{method.method} {mean}{ends if d.pairs > 1 else ''}, {method.kind}")
    return "Differences in test accuracy to the baseline, in points: " + "; ".join(parts) + "."
