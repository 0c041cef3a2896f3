"""Accuracy under corruptions and attacks, with the settings of each."""

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
    """Returns figure and tables, or nothing if no condition was measured."""
    families = condition_families(comparison)
    if not families:
        return Html("")
    images = comparison.settings.get("images_under_conditions")
    sample = f" Each number is from {images:,} test images." if images else ""
    return section(
        "Robustness",
        tag("p", _caution(comparison) + sample),
        figure_html(
            lambda width: plot_comparison_conditions(comparison, width=width),
            alt=_alt_text(comparison, families),
            caption=_caption(comparison, families),
        ),
        _table_of_means(comparison, families),
        _table_of_accuracies(comparison, families),
        *_tables_of_details(comparison),
        id_="conditions",
    )


def _caution(comparison: Comparison) -> str:
    count = len(comparison.conditions)
    if count == 1:
        return ""
    return (
        f"There are {count} conditions. Verdicts here are adjusted for the methods, not for the "
        "conditions: even a method without any effect shows one by chance under about one in "
        "twenty of them. Look for effects that many conditions agree on."
    )


def _caption(comparison: Comparison, families: list[ConditionFamily]) -> str:
    several = any(len(family.names) > 1 for family in families)
    single = any(len(family.names) == 1 for family in families)
    caption = "Lines are means over seeds, against the strength." if several else ""
    if not single:
        return caption
    caption += " Rows: the mark is the mean"
    if len(comparison.seeds) == 1:
        return f"{caption}.".strip()
    return (
        f"{caption}, the line the 95 % interval of the paired difference to the baseline; where it "
        "does not reach the baseline's mark, the difference is unlikely to be chance."
    ).strip()


def _table_of_means(comparison: Comparison, families: list[ConditionFamily]) -> Html:
    """Returns a table of means over conditions, such as a corruption at all its strengths."""
    means = condition_means(comparison, families)
    if not means.measures:
        return Html("")
    head = ["Conditions", *(name_html(method) for method in (BASELINE, *comparison.methods))]
    return table(
        "Mean accuracy over conditions in %, and its difference to the baseline in points",
        head,
        [_row(means, name, name_html(name)) for name in means.measures],
        after=_explanation_of_cells(comparison),
    )


def _table_of_accuracies(comparison: Comparison, families: list[ConditionFamily]) -> Html:
    methods = (BASELINE, *comparison.methods)
    head = head_html(["Condition", *(name_html(method) for method in methods)])
    groups = []
    for family in families:
        rows = list(_rows(comparison, family))
        settings = settings_text(family.settings)
        title = joined(
            [tag("strong", name_html(family.title)), f": {settings}" if settings else ""]
        )
        groups.append(group_html(title, len(methods) + 1, rows))
    return framed(
        "Accuracy in %, and its difference to the baseline in points",
        head,
        *groups,
        after=_explanation_of_cells(comparison),
    )


def _explanation_of_cells(comparison: Comparison) -> str:
    if len(comparison.seeds) == 1:
        return "Below each mean: the difference, in one pair of trainings."
    signs = ", ".join(f"{MARKS[kind][0]} {kind}" for kind in MARKS if kind != "unknown")
    return f"Below each mean: difference, 95 % interval, {signs}."


def _rows(comparison: Comparison, family: ConditionFamily) -> Iterator[Row]:
    by_name = comparison.settings.get("conditions", {})
    for name in family.names:
        settings = by_name.get(name, {})
        own = {key: value for key, value in settings.items() if key not in family.settings}
        yield _row(comparison, name, lines(name_html(name), settings_text(own)))


def _row(comparison: ComparedRuns, name: str, heading: Html) -> Row:
    by_method = {compared.method: compared for compared in comparison.compared(name)}
    cells = [_cell(comparison, method, name, by_method) for method in comparison.methods]
    return [heading, _mean(comparison, BASELINE, name), *cells]


def _cell(
    comparison: ComparedRuns, method: str, name: str, by_method: Mapping[str, ComparedMethod]
) -> object:
    compared, mean = by_method.get(method), _mean(comparison, method, name)
    if compared is None:
        return mean
    d, measure = compared.difference, measure_of(name)
    change = measure.show(d.mean, sign=True)
    if d.pairs < 2:
        return lines(mean, change)
    mark, style = MARKS[compared.kind]
    change = f"{change}, {measure.show(d.low, sign=True)} to {measure.show(d.high, sign=True)} "
    sign = tag("span", mark, class_=style, role="img", aria_label=compared.kind)
    return lines(mean, joined([change, sign]))


def _mean(comparison: ComparedRuns, method: str, name: str) -> str:
    values = list(comparison.values(method, name).values())
    return measure_of(name).show(float(np.mean(values))) if values else "none"


def _tables_of_details(comparison: Comparison) -> Iterator[Html]:
    """Yields a table for each condition with more results than the accuracy."""
    for name in comparison.conditions:
        by_method = {
            method: _means_of_numbers(
                [run.details.get(name, {}) for run in comparison.runs if run.method == method]
            )
            for method in (BASELINE, *comparison.methods)
        }
        keys = list(dict.fromkeys(key for means in by_method.values() for key in means))
        if keys:
            rows = [
                [name_html(method), *(_number_text(means.get(key)) for key in keys)]
                for method, means in by_method.items()
            ]
            head = ["Method", *(key.replace("_", " ") for key in keys)]
            settings = settings_text(comparison.settings.get("conditions", {}).get(name, {}))
            after = f"Means over the seeds. {settings[:1].upper()}{settings[1:]}"
            yield table(f"{name}: further results", head, rows, after=after)


def _means_of_numbers(details: list[Mapping[str, Any]]) -> dict[str, float]:
    """Returns the mean of each detail that is a number."""
    numbers: dict[str, list[float]] = {}
    for details_of_run in details:
        for key, value in _flat(details_of_run):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                numbers.setdefault(key, []).append(float(value))
    return {key: float(np.mean(values)) for key, values in numbers.items()}


def _flat(details: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields names and values; those of a nested mapping as "success_rate_after 100"."""
    for key, value in details.items():
        if isinstance(value, Mapping):
            yield from ((f"{key} {inner}", item) for inner, item in value.items())
        else:
            yield key, value


def _number_text(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _alt_text(comparison: Comparison, families: list[ConditionFamily]) -> str:
    parts = []
    for family in families:
        weak, *_, strong = [next(iter(family.names)), list(family.names)[-1]]
        for name in dict.fromkeys([weak, strong]):
            means = [
                f"{method} {_mean(comparison, method, name)}"
                for method in (BASELINE, *comparison.methods)
            ]
            parts.append(f"{name}: {', '.join(means)}")
    return "Accuracy in % under the mildest and the strongest conditions. " + "; ".join(parts) + "."
