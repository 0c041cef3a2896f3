"""Each training by itself: its values and its curves."""

from __future__ import annotations

from keras_lateral.comparison.answer.condition_names import condition_titles
from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.figures.training_curves import CURVES, draw_curves
from keras_lateral.comparison.measures import is_condition, measure_of
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html, folded, joined, name_html, tag
from keras_lateral.comparison.report.tables import framed, group_html, head_html, table
from keras_lateral.comparison.run import Run
from keras_lateral.method import BASELINE


def seeds_section(findings: Findings) -> Html:
    """Returns the values of each method and seed."""
    comparison = findings.comparison
    names = [n for n in comparison.measures if not is_condition(n)]
    early = bool(comparison.ended_early)
    head = ["Seed", *(["epochs"] if early else []), *(_heading(name) for name in names)]
    head.append("seconds in total")
    groups = []
    for method in (BASELINE, *findings.order):
        runs = {run.seed: run for run in comparison.runs if run.method == method}
        rows = [_row(seed, runs.get(seed), names, early) for seed in comparison.seeds]
        title = tag("strong", name_html(method))
        groups.append(group_html(title, len(head), rows))
    content = [framed("Each training", head_html(head), *groups)]
    if comparison.conditions:
        content.append(_under_conditions(findings))
    return folded("Each seed", *content, id_="seeds")


def curves_section(findings: Findings) -> Html:
    """Returns the figure of the training curves, or nothing if no training has a history."""
    comparison = findings.comparison
    if not any(run.history.get(key) for run in comparison.runs for key in CURVES):
        return Html("")
    caption = (
        "Loss and accuracy on the training images, epoch by epoch: the line is the mean over "
        "seeds, the band goes from the lowest to the highest. A regularizer's penalty is part of "
        "the loss, so losses of different methods are not comparable."
    )
    picture = figure_html(
        lambda width: draw_curves(comparison, findings.order, width),
        alt="Training curves. " + _last_epochs(findings),
        caption=caption,
    )
    return folded("Training curves", picture, id_="curves")


def _row(seed: int, run: Run | None, names: list[str], early: bool) -> list[object]:
    if run is None:
        return [f"{seed}", *(["missing"] + [""] * (len(names) + early))]
    cells = [
        measure_of(name).show(run.measures[name]) if name in run.measures else "none"
        for name in names
    ]
    seed_cell = joined([f"{seed}", tag("small", " diverged")]) if run.diverged else f"{seed}"
    epochs = [f"{run.epochs}"] if early else []
    return [seed_cell, *epochs, *cells, f"{run.seconds:.1f}"]


def _under_conditions(findings: Findings) -> Html:
    """Returns a row for each condition and seed."""
    comparison, methods = findings.comparison, (BASELINE, *findings.order)
    titles = condition_titles(comparison.conditions, comparison.settings.get("conditions", {}))
    values = {
        (method, name): comparison.values(method, name)
        for method in methods
        for name in comparison.conditions
    }
    rows = [
        [
            joined([name_html(titles[name]), f", seed {seed}"]),
            *(_percent(values[method, name].get(seed)) for method in methods),
        ]
        for name in comparison.conditions
        for seed in comparison.seeds
    ]
    head = ["Condition and seed", *(name_html(method) for method in methods)]
    title = "Accuracy in % under each condition, seed by seed"
    return tag("details", tag("summary", title), table(title, head, rows))


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f}"


def _heading(name: str) -> str:
    measure = measure_of(name)
    unit = "%" if measure.unit == "points" else measure.unit
    return measure.title if unit == "s" else f"{measure.title} in {unit}"


def _last_epochs(findings: Findings) -> str:
    comparison: ComparedRuns = findings.comparison
    parts = []
    for method in (BASELINE, *findings.order):
        ends = [
            run.history["accuracy"][-1]
            for run in comparison.runs
            if run.method == method and run.history.get("accuracy")
        ]
        known = [end for end in ends if end is not None]
        if known:
            parts.append(f"{method} {100 * sum(known) / len(known):.1f} %")
    return "Training accuracy in the last epoch: " + ", ".join(parts) + "." if parts else ""
