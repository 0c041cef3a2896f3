"""Writes the tables and figures that follow from the results, here and in the project's README."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.common.documents import write_between_markers
from experiments.does_it_help.config import RESULTS
from keras_lateral import Comparison, Measure, adjust_for_many, measure_of, plot_comparison

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
README = HERE / "README.md"
PROJECT = ROOT / "README.md"
NAME = "does_it_help"
DATASETS = ("cifar100", "fashion_mnist")
"""Image sets of the main tables. For each there are also results with a constant learning rate."""

BASELINE = "baseline"


def results(ending: str = "") -> list[Comparison]:
    """Returns the comparisons; with `"_constant"`, those with a constant learning rate."""
    return [Comparison.load(RESULTS / f"{name}{ending}.json") for name in DATASETS]


def text(comparisons: Sequence[Comparison], constant: Sequence[Comparison]) -> str:
    """Returns the text between the markers of the study's README."""
    titles = [f"### {comparison.name}" for comparison in comparisons]
    titles += [f"### {comparison.name}, constant learning rate" for comparison in constant]
    parts = []
    for title, comparison in zip(titles, [*comparisons, *constant], strict=True):
        parts += [
            title,
            accuracy_table(comparison),
            verdicts(comparison),
            "Other measures, mean and difference to the baseline with its 95 % interval:",
            measures_table(comparison),
            robustness(comparison),
        ]
    runs = sum(len(comparison.runs) for comparison in [*comparisons, *constant])
    return "\n\n".join([*parts, f"{runs} trainings."])


def summary(comparisons: Sequence[Comparison]) -> str:
    """Returns the text between the markers of the project's README."""
    parts = []
    for comparison in comparisons:
        parts += [
            f"*{comparison.name}*, {len(comparison.seeds)} pairs:",
            accuracy_table(comparison),
        ]
    return "\n\n".join(parts)


def accuracy_table(comparison: Comparison) -> str:
    """Returns the test accuracy of every method, and the difference to the baseline."""
    accuracy = measure_of("accuracy")
    lines = [
        "| method | test accuracy and spread, % | difference, points | 95 % interval "
        "| p adjusted | verdict |",
        "|---|---|---|---|---|---|",
        f"| {BASELINE} | {_mean_and_spread(comparison, BASELINE, accuracy)} | | | | |",
    ]
    for compared in comparison.compared():
        d, name = compared.difference, compared.method.replace("+", " + ")
        lines.append(
            f"| {name} | {_mean_and_spread(comparison, compared.method, accuracy)} "
            f"| {accuracy.show(d.mean, sign=True)} | {_interval(d.low, d.high, accuracy)} "
            f"| {compared.adjusted_p:.3f} | {compared.kind} |"
        )
    return "\n".join(lines)


def verdicts(comparison: Comparison) -> str:
    """Returns a sentence on each method."""
    return "\n".join(
        f"- {compared.method.replace('+', ' + ')}: {compared.verdict}."
        for compared in comparison.compared()
    )


def measures_table(comparison: Comparison) -> str:
    """Returns a column for each measure besides the accuracy, and a row for each method."""
    names = [name for name in comparison.measures if name != "accuracy"]
    readings = [measure_of(name) for name in names]
    heads = [
        f"{reading.title}{' (%)' if reading.unit == 'points' else f' ({reading.unit})'}"
        for reading in readings
    ]
    columns = [{c.method: c for c in comparison.compared(name)} for name in names]
    lines = [f"| method | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for method in (BASELINE, *comparison.methods):
        cells = []
        for reading, column in zip(readings, columns, strict=True):
            cell = _mean(comparison, method, reading)
            if method in column:
                d = column[method].difference
                margin = reading.show((d.high - d.low) / 2)
                cell += f" ({reading.show(d.mean, sign=True)} ± {margin})"
            cells.append(cell)
        lines.append(f"| {method.replace('+', ' + ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def robustness(comparison: Comparison) -> str:
    """Returns which differences under conditions are significant after adjustment for all."""
    found = [result for name in comparison.conditions for result in comparison.compared(name)]
    adjusted = adjust_for_many([result.difference.p for result in found])
    left = [
        f"{result.method.replace('+', ' + ')} under {result.measure} "
        f"({measure_of(result.measure).show(result.difference.mean, sign=True)} points, p {p:.3f})"
        for result, p in zip(found, adjusted, strict=True)
        if p <= 0.05
    ]
    return (
        f"Of the {len(found)} differences under conditions, {len(left)} are left after Holm's "
        f"adjustment for all of them together{': ' if left else ''}{'; '.join(left)}."
    )


def draw(comparisons: Sequence[Comparison]) -> list[Path]:
    """Saves a figure for each comparison among the images of the documentation."""
    paths = []
    for comparison, name in zip(comparisons, DATASETS, strict=False):
        figure, axes = plot_comparison(comparison)
        axes.set_title(f"{comparison.name}, {len(comparison.seeds)} pairs", fontsize="medium")
        paths.append(ROOT / "docs" / "images" / f"does_it_help_{name}.png")
        figure.savefig(paths[-1], dpi=110)
    return paths


def _mean(comparison: Comparison, method: str, measure: Measure) -> str:
    values = list(comparison.values(method, measure.name).values())
    return measure.show(float(np.mean(values)))


def _mean_and_spread(comparison: Comparison, method: str, measure: Measure) -> str:
    values = list(comparison.values(method, measure.name).values())
    return f"{_mean(comparison, method, measure)} ± {measure.show(float(np.std(values, ddof=1)))}"


def _interval(low: float, high: float, measure: Measure) -> str:
    return f"{measure.show(low, sign=True)} to {measure.show(high, sign=True)}"


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    comparisons = results()
    write_between_markers(README, text(comparisons, results("_constant")))
    write_between_markers(PROJECT, summary(comparisons), NAME)
    for path in draw(comparisons):
        print(path)


if __name__ == "__main__":
    main()
