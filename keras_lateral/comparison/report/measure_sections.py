"""All that was measured, a table for each measure."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from keras_lateral.comparison.answer.class_balance import counts_tested
from keras_lateral.comparison.answer.condition_names import title_of
from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.answer.how_timed import how_timed
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.measures import TIME, Measure, is_condition, measure_of
from keras_lateral.comparison.report.html import Html, folded, name_html
from keras_lateral.comparison.report.kinds import kind_html
from keras_lateral.comparison.report.tables import lines, table
from keras_lateral.comparison.statistics.interval_text import interval_text
from keras_lateral.comparison.statistics.p_text import p_text
from keras_lateral.method import BASELINE

HEAD = ("Method", "Verdict", "Mean", "Spread", "Difference", "95 % interval", "Adjusted p", "Pairs")


def measures_section(findings: Findings) -> Html:
    """Returns a table for each measure that is not an accuracy under a condition."""
    comparison = findings.comparison
    names = [name for name in comparison.measures if not is_condition(name)]
    first = findings.measure.name
    tables = [
        measure_table(findings, name)
        for name in sorted(names, key=lambda name: name != first)
        if name != TIME
    ]
    recall = recall_table(findings)
    tables += [recall] if recall else []
    tables += [time_table(findings)] if TIME in names else []
    if not tables:
        return Html("")
    return folded("All measures: accuracy, loss, calibration, time", *tables, id_="measures")


def recall_table(findings: Findings) -> Html:
    """Returns a row for each class: which share of its tested images each method gets right."""
    comparison, tested = findings.comparison, findings.comparison.tested
    methods = (BASELINE, *findings.order)
    recalls = {method: recall_of(comparison, method) for method in methods}
    if tested is None or not any(recalls.values()):
        return Html("")
    rows, counts = [], counts_tested(comparison)
    for label, name in enumerate(tested.class_names):
        base = recalls[BASELINE].get(label)
        cells: list[object] = [name_html(name), f"{counts[label]:,}"]
        for method in methods:
            value = recalls[method].get(label)
            known = value is not None and base is not None and method != BASELINE
            change = f"{100 * (value - base):+z.1f}" if known else ""  # type: ignore[operator]
            cells.append("none" if value is None else lines(f"{100 * value:.1f}", change))
        rows.append(cells)
    head = ["Class", "Images tested", *(name_html(method) for method in methods)]
    after = "Means over the seeds; below, the difference to the baseline, which has no interval."
    return table("Recall: share of each class classified correctly, in %", head, rows, after=after)


def recall_of(comparison: ComparedRuns, method: str) -> dict[int, float]:
    """Returns the mean recall of each class over a method's trainings, by the class's number."""
    found: dict[int, list[float]] = {}
    for run in comparison.runs:
        if run.method == method and run.images is not None and comparison.tested is not None:
            labels = comparison.tested.labels[run.images.places]
            for label in np.unique(labels):
                right = run.images.predicted[labels == label] == label
                found.setdefault(int(label), []).append(float(right.mean()))
    return {label: float(np.mean(values)) for label, values in found.items()}


def measure_table(findings: Findings, name: str) -> Html:
    """Returns a row for each method: mean and spread, and the paired difference."""
    measure, comparison = measure_of(name), findings.comparison
    better = "higher" if measure.higher_is_better else "lower"
    unit = "%" if measure.unit == "points" else measure.unit
    by_method = {compared.method: compared for compared in findings.compared(name)}
    rows = []
    for method in (BASELINE, *findings.order):
        compared = by_method.get(method)
        verdict = kind_html(findings.shown_kind(compared)) if compared else ""
        cells = (*_mean_and_spread(comparison, method, measure), *_difference(comparison, compared))
        rows.append([name_html(method), verdict, *cells])
    title = title_of(comparison, name)
    caption = f"{title[0].upper()}{title[1:]} in {unit}".removesuffix(" in ")
    after = f"{better.capitalize()} is better. Differences in {measure.unit}."
    return table(caption, HEAD, rows, words=(1,), after=after)


def time_table(findings: Findings) -> Html:
    """Returns what a method costs in time, as a multiple of the baseline's with the same seed."""
    rows, comparison = [], findings.comparison
    baseline = comparison.values(BASELINE, TIME)
    for method in (BASELINE, *findings.order):
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
        f"Lower is better. {how_timed(comparison)} These numbers include the effect of whatever "
        "else the machine was doing."
    )
    return table("Seconds per epoch, and as a multiple of the baseline's", head, rows, after=after)


def _mean_and_spread(comparison: ComparedRuns, method: str, measure: Measure) -> tuple[str, str]:
    values = list(comparison.values(method, measure.name).values())
    if not values:
        return "none", ""
    spread = measure.show(float(np.std(values, ddof=1))) if len(values) > 1 else ""
    return measure.show(float(np.mean(values))), spread


def _difference(comparison: ComparedRuns, method: ComparedMethod | None) -> tuple[str, ...]:
    if method is None:
        return ("",) * 4
    measure = measure_of(method.measure)
    d, show = method.difference, partial(measure.show, sign=True)
    baseline = comparison.values(BASELINE, method.measure)
    sign = 1 if measure.higher_is_better else -1
    changes = [
        sign * (method.values[seed] - baseline[seed]) for seed in baseline if seed in method.values
    ]
    pairs = f"{sum(change > 0 for change in changes)} of {d.pairs} better"
    if d.pairs < 2:
        return (show(d.mean), "", "", pairs)
    return (show(d.mean), interval_text(d, measure), p_text(method.adjusted_p), pairs)
