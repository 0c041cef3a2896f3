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
    found = comparison.compared()
    if not found:
        return Html("")
    marks = "; the large mark is their mean, the line its 95 % interval"
    several = any(one.difference.pairs > 1 for one in found)
    caption = (
        "A dot is the difference within one pair of trainings, method minus baseline with the same "
        f"seed{marks if several else ''}. Right of the line at zero is better than the baseline."
    )
    picture = figure_html(
        lambda width: plot_comparison(comparison, width=width), alt=_alt(found), caption=caption
    )
    return section("The differences", picture, id_="differences")


def accuracy_section(comparison: Comparison) -> Html:
    """Returns the table of the accuracies."""
    if "accuracy" not in comparison.measures:
        return Html("")
    return section("Test accuracy", measure_table(comparison, "accuracy"), id_="accuracy")


def other_section(comparison: Comparison) -> Html:
    """Returns a table for each further measure that is no accuracy under a condition."""
    names = [one for one in comparison.measures if not is_condition(one) and one != "accuracy"]
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
    found = {one.method: one for one in comparison.compared(name)}
    rows = [
        [name_html(method), *_mean_and_spread(comparison, method, measure), *cells]
        for method in (BASELINE, *comparison.methods)
        for cells in [_difference(comparison, found.get(method), measure)]
    ]
    caption = f"{measure.title[0].upper()}{measure.title[1:]} in {unit}"
    after = f"{better.capitalize()} is better. Differences in {measure.unit}."
    return table(caption, HEAD, rows, words=(7,), after=after)


def time_table(comparison: Comparison) -> Html:
    """Returns what a method costs, as a multiple of the baseline's time with the same seed."""
    rows = []
    baseline = comparison.values(BASELINE, TIME)
    for method in (BASELINE, *comparison.methods):
        values = comparison.values(method, TIME)
        ratios = [values[s] / baseline[s] for s in baseline if s in values and baseline[s] > 0]
        mean, spread = _mean_and_spread(comparison, method, measure_of(TIME))
        # The mean of the logarithms: twice and half as long make once.
        ratio = math.exp(np.mean(np.log(ratios))) if ratios and min(ratios) > 0 else math.nan
        known = math.isfinite(ratio) and method != BASELINE
        between = f"{min(ratios):.2f} to {max(ratios):.2f}" if known else ""
        rows.append([name_html(method), mean, spread, f"{ratio:.2f}" if known else "", between])
    head = ("Method", "Seconds", "Spread", "Times the baseline", "Lowest to highest")
    after = (
        "Lower is better. The first epoch of a training is not counted. Whatever else the machine "
        "did meanwhile is in these numbers."
    )
    return table("Seconds per epoch, and as a multiple of the baseline's", head, rows, after=after)


def _mean_and_spread(comparison: Comparison, method: str, measure: Measure) -> tuple[str, str]:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return "none", ""
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return measure.show(float(np.mean(values))), spread


def _difference(
    comparison: Comparison, one: ComparedMethod | None, measure: Measure
) -> tuple[object, ...]:
    if one is None:
        return ("",) * 5
    d, show = one.difference, partial(measure.show, sign=True)
    baseline = comparison.values(BASELINE, one.measure)
    sign = 1 if measure.higher_is_better else -1
    changes = [
        sign * (one.values[seed] - baseline[seed]) for seed in baseline if seed in one.values
    ]
    pairs = f"{sum(change > 0 for change in changes)} of {d.pairs} better"
    if d.pairs < 2:
        return (show(d.mean), "", "", pairs, kind_html(one.kind))
    interval = f"{show(d.low)} to {show(d.high)}"
    return (show(d.mean), interval, p_text(one.adjusted_p), pairs, kind_html(one.kind))


def p_text(p: float) -> str:
    """Returns a p value; what would be rounded to none is said to be small."""
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def _alt(found: list[ComparedMethod]) -> str:
    measure = measure_of("accuracy")
    said = []
    for one in found:
        d = one.difference
        ends = f", interval {measure.show(d.low, sign=True)} to {measure.show(d.high, sign=True)}"
        mean = measure.show(d.mean, sign=True)
        said.append(f"{one.method} {mean}{ends if d.pairs > 1 else ''}, {one.kind}")
    return "Differences in test accuracy to the baseline, in points: " + "; ".join(said) + "."
