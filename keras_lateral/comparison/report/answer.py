"""The question, the answer in plain words, and what limits it."""

from __future__ import annotations

from collections.abc import Sequence

from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.html import Html, joined, name_html, section, tag
from keras_lateral.comparison.smoke import smoke_text
from keras_lateral.comparison.statistics.verdict import Kind
from keras_lateral.comparison.text import no_effect_text
from keras_lateral.method import BASELINE

MARKS: dict[Kind, tuple[str, str]] = {
    "helps": ("▲", "good"),
    "may help": ("△", "good"),
    "no difference seen": ("●", "open"),
    "unknown": ("◇", "open"),
    "may harm": ("▽", "bad"),
    "harms": ("▼", "bad"),
}
"""A sign and a class of the style sheet for each verdict, in the order in which they are listed."""


SMOKE = "No answer: this is a smoke test."


def answer_section(comparison: Comparison) -> Html:
    """Returns the section that is read first."""
    methods = comparison.compared()
    order = list(MARKS)
    methods.sort(key=lambda method: (order.index(method.kind), -method.difference.mean))
    items = [_item(comparison, method) for method in methods]
    return section(
        "The answer",
        tag("p", SMOKE if smoke_text(comparison.settings) else _lead(methods), class_="lead"),
        *(tag("p", note, class_="note", role="note") for note in warnings_of(comparison)),
        tag("ul", *items, class_="verdicts") if items else "",
        tag(
            "p",
            "Differences in test accuracy to the same training without the method. 1 point is "
            "1 % of the test images.",
            class_="faint",
        ),
        id_="answer",
    )


def kind_html(kind: Kind) -> Html:
    """Returns the short form of a verdict: a sign, a colour, and words that say the same."""
    mark, style = MARKS[kind]
    sign = tag("span", mark, aria_hidden="true")
    return tag("span", sign, f" {kind}", class_=f"kind {style}")


def warnings_of(comparison: Comparison) -> list[object]:
    """Returns sentences about what is missing or unusual."""
    smoke = smoke_text(comparison.settings)
    notes: list[object] = [smoke] if smoke else []
    if len(comparison.seeds) == 1:
        notes.append(
            "There is only one seed. Its differences are shown, but how much of them is chance is "
            "unknown: run the comparison with at least two seeds, preferably five."
        )
    wanted = [(method, seed) for seed in comparison.seeds for method in _all_methods(comparison)]
    done = {(run.method, run.seed) for run in comparison.runs}
    missing = [
        f"{method} with seed {seed}" for method, seed in wanted if (method, seed) not in done
    ]
    if missing:
        notes.append(
            f"The comparison is incomplete: {len(wanted) - len(missing)} of {len(wanted)} "
            f"trainings are done. Missing: {_first_names(missing)}."
        )
    diverged = [run for run in comparison.runs if run.diverged]
    if diverged:
        names = [f"{run.method} with seed {run.seed}" for run in diverged]
        notes.append(
            f"{_count(len(diverged), 'training')} diverged: {_first_names(names)}. Each counts "
            f"with chance accuracy{_chance(comparison)} and so takes part in differences, "
            "intervals and verdicts; other measures are of the trainings that did not diverge."
        )
    return notes + [no_effect_text(method) for method in comparison.without_effect]


def _chance(comparison: Comparison) -> str:
    classes = comparison.settings.get("classes")
    return f", {100 / classes:.1f} % with {classes} classes," if classes else ""


def _lead(methods: Sequence[ComparedMethod]) -> object:
    """Returns the first sentence, which says no more than the verdicts do."""
    by_kind = {kind: [method for method in methods if method.kind == kind] for kind in MARKS}
    total = len(methods)
    if not methods:
        return "No conclusion is possible: no method shares a seed with the baseline."
    if len(by_kind["unknown"]) == total:
        return "One pair of trainings is not enough to tell."
    if by_kind["helps"]:
        ranked = sorted(by_kind["helps"], key=lambda method: -method.difference.mean)
        names = joined([tag("strong", name_html(method.method)) for method in ranked], ", ")
        count = _count_of_methods(len(ranked), total, "helps", "help")
        return joined(["Yes. ", f"{count}: ", names, "."])
    if by_kind["may help"]:
        names = joined([name_html(method.method) for method in by_kind["may help"]], ", ")
        count = _count_of_methods(len(by_kind["may help"]), total, "may help", "may help")
        return joined(["Not sure. ", f"{count}: ", names, ". No method clearly helps."])
    if len(by_kind["harms"]) == total:
        return "No. " + _count_of_methods(total, total, "harms", "harm") + "."
    return "No method was found to help."


def _item(comparison: Comparison, method: ComparedMethod) -> Html:
    count, mean = comparison.diverged(method.method), method.difference.mean
    share = f" {count} of {len(method.values)} trainings diverged, counted with chance accuracy."
    more = share if count else ""
    if method.kind == "unknown":
        measure = measure_of(method.measure)
        more = f" In this pair: {measure.show(mean, sign=True)} {measure.unit}.{more}"
    words = tag("p", tag("strong", name_html(method.method)), f": {method.verdict}.{more}")
    return tag("li", kind_html(method.kind), words)


def _all_methods(comparison: Comparison) -> tuple[str, ...]:
    return (BASELINE, *comparison.methods)


def _count_of_methods(count: int, total: int, singular: str, plural: str) -> str:
    if total == 1:
        return f"The method {singular}"
    return f"{count} of {total} methods {singular if count == 1 else plural}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _first_names(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
