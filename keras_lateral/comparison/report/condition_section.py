"""Accuracy under corruptions and attacks, with what each of them was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.conditions import ConditionFamily, condition_families, condition_means
from keras_lateral.comparison.figures.conditions import plot_comparison_conditions
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.answer import MARKS
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html, joined, name_html, section, tag
from keras_lateral.comparison.report.tables import (
    Row,
    framed,
    group_html,
    head_html,
    lines,
    settings_text,
    table,
)
from keras_lateral.method import BASELINE


def condition_section(comparison: Comparison) -> Html:
    """Returns figure and tables, or nothing where no condition was measured."""
    families = condition_families(comparison)
    if not families:
        return Html("")
    images = comparison.settings.get("images_under_conditions")
    on = f" Each number is from {images:,} test images." if images else ""
    return section(
        "Robustness",
        tag("p", _caution(comparison) + on),
        figure_html(
            lambda width: plot_comparison_conditions(comparison, width=width),
            alt=_alt(comparison, families),
            caption=_caption(comparison, families),
        ),
        _means(comparison, families),
        _accuracies(comparison, families),
        *_details(comparison),
        id_="conditions",
    )


def _caution(comparison: Comparison) -> str:
    count = len(comparison.conditions)
    if count == 1:
        return ""
    return (
        f"There are {count} conditions. Verdicts here are adjusted for the methods, not for the "
        "conditions: where none makes a difference, one in twenty still looks as if it did, by "
        "chance. Look for what many conditions agree on."
    )


def _caption(comparison: Comparison, families: list[ConditionFamily]) -> str:
    several = any(len(one.names) > 1 for one in families)
    single = any(len(one.names) == 1 for one in families)
    said = "Lines are means over seeds, against the strength." if several else ""
    if not single:
        return said
    said += " Rows: the mark is the mean"
    if len(comparison.seeds) == 1:
        return f"{said}.".strip()
    return (
        f"{said}, the line the 95 % interval of the paired difference to the baseline; where it "
        "does not reach the baseline's mark, the difference is hardly chance."
    ).strip()


def _means(comparison: Comparison, families: list[ConditionFamily]) -> Html:
    """Returns what is left of many conditions: a row for each corruption at all its strengths."""
    means = condition_means(comparison, families)
    if not means.measures:
        return Html("")
    head = ["Conditions", *(name_html(one) for one in (BASELINE, *comparison.methods))]
    return table(
        "Mean accuracy over conditions in %, and its difference to the baseline in points",
        head,
        [_row(means, name, name_html(name)) for name in means.measures],
        after=_below(comparison),
    )


def _accuracies(comparison: Comparison, families: list[ConditionFamily]) -> Html:
    methods = (BASELINE, *comparison.methods)
    head = head_html(["Condition", *(name_html(one) for one in methods)])
    groups = []
    for family in families:
        rows = list(_rows(comparison, family))
        told = settings_text(family.settings)
        title = joined([tag("strong", name_html(family.title)), f": {told}" if told else ""])
        groups.append(group_html(title, len(methods) + 1, rows))
    return framed(
        "Accuracy in %, and its difference to the baseline in points",
        head,
        *groups,
        after=_below(comparison),
    )


def _below(comparison: Comparison) -> str:
    if len(comparison.seeds) == 1:
        return "Below each mean: the difference, in one pair of trainings."
    signs = ", ".join(f"{MARKS[kind][0]} {kind}" for kind in MARKS if kind != "unknown")
    return f"Below each mean: difference, 95 % interval, {signs}."


def _rows(comparison: Comparison, family: ConditionFamily) -> Iterator[Row]:
    told = comparison.settings.get("conditions", {})
    for name in family.names:
        own = {
            key: value for key, value in told.get(name, {}).items() if key not in family.settings
        }
        yield _row(comparison, name, lines(name_html(name), settings_text(own)))


def _row(comparison: ComparedRuns, name: str, heading: Html) -> Row:
    found = {one.method: one for one in comparison.compared(name)}
    cells = [_cell(comparison, method, name, found) for method in comparison.methods]
    return [heading, _mean(comparison, BASELINE, name), *cells]


def _cell(
    comparison: ComparedRuns, method: str, name: str, found: Mapping[str, ComparedMethod]
) -> object:
    one, mean, measure = found.get(method), _mean(comparison, method, name), measure_of(name)
    if one is None:
        return mean
    d = one.difference
    change = measure.show(d.mean, sign=True)
    if d.pairs < 2:
        return lines(mean, change)
    mark, style = MARKS[one.kind]
    change = f"{change}, {measure.show(d.low, sign=True)} to {measure.show(d.high, sign=True)} "
    sign = tag("span", mark, class_=style, role="img", aria_label=one.kind)
    return lines(mean, joined([change, sign]))


def _mean(comparison: ComparedRuns, method: str, name: str) -> str:
    values = list(comparison.values(method, name).values())
    return measure_of(name).show(float(np.mean(values))) if values else "none"


def _details(comparison: Comparison) -> Iterator[Html]:
    """A table for each condition that says more than the accuracy, such as an attack's success."""
    for name in comparison.conditions:
        by_method = {
            method: _numbers(
                [run.details.get(name, {}) for run in comparison.runs if run.method == method]
            )
            for method in (BASELINE, *comparison.methods)
        }
        keys = list(dict.fromkeys(key for one in by_method.values() for key in one))
        if keys:
            rows = [
                [name_html(method), *(_number(found.get(key)) for key in keys)]
                for method, found in by_method.items()
            ]
            head = ["Method", *(key.replace("_", " ") for key in keys)]
            told = settings_text(comparison.settings.get("conditions", {}).get(name, {}))
            after = f"Means over the seeds. {told[:1].upper()}{told[1:]}"
            yield table(f"{name}: more than the accuracy", head, rows, after=after)


def _numbers(details: list[Mapping[str, Any]]) -> dict[str, float]:
    """Returns the means of what is a number."""
    found: dict[str, list[float]] = {}
    for one in details:
        for key, value in _flat(one):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                found.setdefault(key, []).append(float(value))
    return {key: float(np.mean(values)) for key, values in found.items()}


def _flat(details: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields names and values, such as "success_rate_after 100" of what is told by iterations."""
    for key, value in details.items():
        if isinstance(value, Mapping):
            yield from ((f"{key} {inner}", one) for inner, one in value.items())
        else:
            yield key, value


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _alt(comparison: Comparison, families: list[ConditionFamily]) -> str:
    said = []
    for family in families:
        weak, *_, strong = [next(iter(family.names)), list(family.names)[-1]]
        for name in dict.fromkeys([weak, strong]):
            means = [
                f"{method} {_mean(comparison, method, name)}"
                for method in (BASELINE, *comparison.methods)
            ]
            said.append(f"{name}: {', '.join(means)}")
    return "Accuracy in % under conditions, the mildest and the strongest. " + "; ".join(said) + "."
