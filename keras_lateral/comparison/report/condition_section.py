"""Accuracy under corruptions and attacks, with the settings of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from keras_lateral.comparison.answer.condition_names import condition_titles
from keras_lateral.comparison.answer.findings import WITHHELD, Findings
from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.conditions import ConditionFamily, condition_families, condition_means
from keras_lateral.comparison.figures.conditions import draw_conditions
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html, folded, joined, name_html, tag
from keras_lateral.comparison.report.kinds import MARKS, mark_html
from keras_lateral.comparison.report.tables import (
    Row,
    framed,
    group_html,
    head_html,
    lines,
    settings_text,
    table,
)
from keras_lateral.comparison.statistics.interval_text import interval_text
from keras_lateral.method import BASELINE


def condition_section(findings: Findings) -> Html:
    """Returns figure and tables, or nothing if no condition was measured."""
    comparison = findings.comparison
    families = condition_families(comparison)
    if not families:
        return Html("")
    images = comparison.settings.get("images_under_conditions")
    sample = f" Each number is from {images:,} test images." if images else ""
    return folded(
        "Robustness",
        tag("p", _caution(comparison) + sample),
        figure_html(
            lambda width: draw_conditions(comparison, findings.order, width),
            alt=_alt_text(findings, families),
            caption=_caption(comparison, families),
        ),
        _table_of_means(findings, families),
        _table_of_accuracies(findings, families),
        *_tables_of_details(findings),
        id_="conditions",
    )


def _caution(comparison: ComparedRuns) -> str:
    count = len(comparison.conditions)
    if count == 1:
        return ""
    return (
        f"There are {count} conditions. Verdicts here are adjusted for the methods, not for the "
        "conditions: even a method without any effect shows one by chance under about one in "
        "twenty of them. Look for effects that many conditions agree on."
    )


def _caption(comparison: ComparedRuns, families: list[ConditionFamily]) -> str:
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


def _table_of_means(findings: Findings, families: list[ConditionFamily]) -> Html:
    """Returns a table of means over conditions, such as a corruption at all its strengths."""
    means = condition_means(findings.comparison, families)
    if not means.measures:
        return Html("")
    head = ["Conditions", *(name_html(method) for method in (BASELINE, *findings.order))]
    return table(
        "Mean accuracy over conditions in %, and its difference to the baseline in points",
        head,
        [_row(findings, means, name, name_html(name)) for name in means.measures],
        after=_explanation_of_cells(findings),
    )


def _table_of_accuracies(findings: Findings, families: list[ConditionFamily]) -> Html:
    methods = (BASELINE, *findings.order)
    head = head_html(["Condition", *(name_html(method) for method in methods)])
    groups = []
    for family in families:
        rows = list(_rows(findings, family))
        settings = settings_text(family.settings)
        title = joined(
            [tag("strong", name_html(family.title)), f": {settings}" if settings else ""]
        )
        groups.append(group_html(title, len(methods) + 1, rows))
    return framed(
        "Accuracy in %, and its difference to the baseline in points",
        head,
        *groups,
        after=_explanation_of_cells(findings),
    )


def _explanation_of_cells(findings: Findings) -> str:
    if len(findings.comparison.seeds) == 1:
        return "Below each mean: the difference, in one pair of trainings."
    if findings.withheld:
        return "Below each mean: difference, 95 % interval. Verdicts are withheld."
    signs = ", ".join(f"{MARKS[kind][0]} {kind}" for kind in MARKS if kind != WITHHELD)
    return f"Below each mean: difference, 95 % interval, {signs}."


def _rows(findings: Findings, family: ConditionFamily) -> Iterator[Row]:
    comparison = findings.comparison
    titles = condition_titles(comparison.conditions, comparison.settings.get("conditions", {}))
    by_name = comparison.settings.get("conditions", {})
    for name in family.names:
        settings = by_name.get(name, {})
        own = {key: value for key, value in settings.items() if key not in family.settings}
        yield _row(findings, comparison, name, lines(name_html(titles[name]), settings_text(own)))


def _row(findings: Findings, comparison: ComparedRuns, name: str, heading: Html) -> Row:
    by_method = {compared.method: compared for compared in comparison.compared(name)}
    cells = [
        _cell(findings, comparison, method, by_method.get(method), name)
        for method in findings.order
    ]
    return [heading, _mean(comparison, BASELINE, name), *cells]


def _cell(
    findings: Findings,
    comparison: ComparedRuns,
    method: str,
    compared: ComparedMethod | None,
    name: str,
) -> object:
    mean = _mean(comparison, method, name)
    if compared is None:
        return mean
    d, measure = compared.difference, measure_of(name)
    change = measure.show(d.mean, sign=True)
    if d.pairs < 2:
        return lines(mean, change)
    change = f"{change}, {interval_text(d, measure)} "
    return lines(mean, joined([change, mark_html(findings.shown_kind(compared))]))


def _mean(comparison: ComparedRuns, method: str, name: str) -> str:
    values = list(comparison.values(method, name).values())
    return measure_of(name).show(float(np.mean(values))) if values else "none"


def _tables_of_details(findings: Findings) -> Iterator[Html]:
    """Yields a table for each condition with more results than the accuracy."""
    comparison = findings.comparison
    titles = condition_titles(comparison.conditions, comparison.settings.get("conditions", {}))
    for name in comparison.conditions:
        by_method = {
            method: _means_of_numbers(
                [run.details.get(name, {}) for run in comparison.runs if run.method == method]
            )
            for method in (BASELINE, *findings.order)
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
            yield table(f"{titles[name]}: further results", head, rows, after=after)


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


def _alt_text(findings: Findings, families: list[ConditionFamily]) -> str:
    comparison, parts = findings.comparison, []
    titles = condition_titles(comparison.conditions, comparison.settings.get("conditions", {}))
    for family in families:
        weak, *_, strong = [next(iter(family.names)), list(family.names)[-1]]
        for name in dict.fromkeys([weak, strong]):
            means = [
                f"{method} {_mean(comparison, method, name)}"
                for method in (BASELINE, *findings.order)
            ]
            parts.append(f"{titles[name]}: {', '.join(means)}")
    return "Accuracy in % under the mildest and the strongest conditions. " + "; ".join(parts) + "."
