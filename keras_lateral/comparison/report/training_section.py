"""Each training by itself: its values and its curves."""

from __future__ import annotations

from keras_lateral.comparison.figures.training_curves import CURVES, plot_training_curves
from keras_lateral.comparison.measures import is_condition, measure_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.figures import figure_html
from keras_lateral.comparison.report.html import Html, joined, name_html, section, tag
from keras_lateral.comparison.report.tables import framed, group_html, head_html, table
from keras_lateral.comparison.run import Run
from keras_lateral.method import BASELINE


def seeds_section(comparison: Comparison) -> Html:
    """Returns the values of each method and seed."""
    names = [name for name in comparison.measures if not is_condition(name)]
    head = ["Seed", *(_heading(name) for name in names), "seconds in total"]
    groups = []
    for method in (BASELINE, *comparison.methods):
        runs = {run.seed: run for run in comparison.runs if run.method == method}
        rows = [_row(seed, runs.get(seed), names) for seed in comparison.seeds]
        title = tag("strong", name_html(method))
        groups.append(group_html(title, len(head), rows))
    content = [framed("Each training", head_html(head), *groups)]
    if comparison.conditions:
        content.append(_under_conditions(comparison))
    return section("Each seed", *content, id_="seeds")


def curves_section(comparison: Comparison) -> Html:
    """Returns the figure of the training curves, or nothing if no training has a history."""
    if not any(run.history.get(key) for run in comparison.runs for key in CURVES):
        return Html("")
    caption = (
        "Loss and accuracy on the training images, epoch by epoch: the line is the mean over "
        "seeds, the band goes from the lowest to the highest. A regularizer's penalty is part of "
        "the loss, so losses of different methods are not comparable."
    )
    picture = figure_html(
        lambda width: plot_training_curves(comparison, width=width),
        alt="Training curves. " + _last_epochs(comparison),
        caption=caption,
    )
    return section("Training curves", picture, id_="curves")


def _row(seed: int, run: Run | None, names: list[str]) -> list[object]:
    if run is None:
        return [f"{seed}", *(["missing"] + [""] * len(names))]
    cells = [
        measure_of(name).show(run.measures[name]) if name in run.measures else "none"
        for name in names
    ]
    seed_cell = joined([f"{seed}", tag("small", " diverged")]) if run.diverged else f"{seed}"
    return [seed_cell, *cells, f"{run.seconds:.1f}"]


def _under_conditions(comparison: Comparison) -> Html:
    """Returns a row for each condition and seed."""
    methods = (BASELINE, *comparison.methods)
    values = {
        (method, name): comparison.values(method, name)
        for method in methods
        for name in comparison.conditions
    }
    rows = [
        [
            joined([name_html(name), f", seed {seed}"]),
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


def _last_epochs(comparison: Comparison) -> str:
    parts = []
    for method in (BASELINE, *comparison.methods):
        ends = [
            run.history["accuracy"][-1]
            for run in comparison.runs
            if run.method == method and run.history.get("accuracy")
        ]
        known = [end for end in ends if end is not None]
        if known:
            parts.append(f"{method} {100 * sum(known) / len(known):.1f} %")
    return "Training accuracy in the last epoch: " + ", ".join(parts) + "." if parts else ""
