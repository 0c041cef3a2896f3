"""The question, the answer in plain words, and what limits it."""

from __future__ import annotations

from collections.abc import Sequence

from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.html import Html, joined, name_html, section, tag
from keras_lateral.comparison.statistics.verdict import Kind
from keras_lateral.method import BASELINE

MARKS: dict[Kind, tuple[str, str]] = {
    "helps": ("▲", "good"),
    "may help": ("△", "good"),
    "no difference seen": ("●", "open"),
    "unknown": ("◇", "open"),
    "may harm": ("▽", "bad"),
    "harms": ("▼", "bad"),
}
"""A sign and a class of the style sheet for each verdict, in the order in which they are told."""


def answer_section(comparison: Comparison) -> Html:
    """Returns the first thing to read."""
    found = comparison.compared()
    order = list(MARKS)
    told = sorted(found, key=lambda one: (order.index(one.kind), -one.difference.mean))
    return section(
        "The answer",
        tag("p", _lead(found), class_="lead"),
        *(tag("p", note, class_="note", role="note") for note in warnings_of(comparison)),
        tag("ul", *(_item(comparison, one) for one in told), class_="verdicts") if told else "",
        tag(
            "p",
            "Differences are in test accuracy, to the same training without the method. 1 point is "
            "1 % of the test images.",
            class_="faint",
        ),
        id_="answer",
    )


def kind_html(kind: Kind) -> Html:
    """Returns a verdict in short: a sign, a colour, and the words that say the same."""
    mark, style = MARKS[kind]
    sign = tag("span", mark, aria_hidden="true")
    return tag("span", sign, f" {kind}", class_=f"kind {style}")


def warnings_of(comparison: Comparison) -> list[object]:
    """Returns sentences on what is missing or odd."""
    said: list[object] = []
    if len(comparison.seeds) == 1:
        said.append(
            "There is one seed only. Its differences are shown, but nothing says how much of them "
            "is chance: run the comparison with at least two seeds, better five."
        )
    wanted = [(method, seed) for seed in comparison.seeds for method in _all(comparison)]
    there = {(run.method, run.seed) for run in comparison.runs}
    missing = [
        f"{method} with seed {seed}" for method, seed in wanted if (method, seed) not in there
    ]
    if missing:
        said.append(
            f"This is a part: {len(wanted) - len(missing)} of {len(wanted)} trainings are there. "
            f"Missing: {_few(missing)}."
        )
    diverged = [run for run in comparison.runs if run.diverged]
    if diverged:
        names = [f"{run.method} with seed {run.seed}" for run in diverged]
        said.append(
            f"{_count(len(diverged), 'training')} diverged: {_few(names)}. Each counts with the "
            "accuracy of guessing; the other measures are those of the trainings that did not."
        )
    return said


def _lead(found: Sequence[ComparedMethod]) -> object:
    """Says no more than the verdicts do."""
    by = {kind: [one for one in found if one.kind == kind] for kind in MARKS}
    total = len(found)
    if not found:
        return "Nothing can be said: no method shares a seed with the baseline."
    if len(by["unknown"]) == total:
        return "One pair of trainings cannot tell."
    if by["helps"]:
        ranked = sorted(by["helps"], key=lambda one: -one.difference.mean)
        names = joined([tag("strong", name_html(one.method)) for one in ranked], ", ")
        return joined(["Yes. ", f"{_of(len(ranked), total, 'helps', 'help')}: ", names, "."])
    if by["may help"]:
        names = joined([name_html(one.method) for one in by["may help"]], ", ")
        count = _of(len(by["may help"]), total, "may help", "may help")
        return joined(["Not sure. ", f"{count}: ", names, ". No method helps beyond doubt."])
    if len(by["harms"]) == total:
        return "No. " + _of(total, total, "harms", "harm") + "."
    return "No method was seen to help."


def _item(comparison: Comparison, one: ComparedMethod) -> Html:
    count, mean = comparison.diverged(one.method), one.difference.mean
    more = f" {count} of {len(one.values)} trainings diverged." if count else ""
    if one.kind == "unknown":
        measure = measure_of(one.measure)
        more = f" In this pair: {measure.show(mean, sign=True)} {measure.unit}.{more}"
    words = tag("p", tag("strong", name_html(one.method)), f": {one.verdict}.{more}")
    return tag("li", kind_html(one.kind), words)


def _all(comparison: Comparison) -> tuple[str, ...]:
    return (BASELINE, *comparison.methods)


def _of(count: int, total: int, one: str, many: str) -> str:
    if total == 1:
        return f"The method {one}"
    return f"{count} of {total} methods {one if count == 1 else many}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _few(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
