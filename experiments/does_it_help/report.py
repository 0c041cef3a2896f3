"""Writes the tables and figures that follow from the results, here and in "What is known"."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from experiments.common.compared import (
    BASELINE,
    accuracy_table,
    mean,
    tested_on,
    verdicts,
)
from experiments.common.documents import write_between_markers
from experiments.does_it_help.config import RESULTS
from keras_lateral import Comparison, adjust_for_many, measure_of, plot_comparison

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
README = HERE / "README.md"
PAGE = ROOT / "docs" / "what-is-known.md"
NAME = "does_it_help"
DATASETS = ("cifar100", "fashion_mnist")
"""Image sets of the main tables. For each there are also results with a constant learning rate."""

SAME = ("accuracy", "balanced_accuracy", "macro_f1")
"""The accuracy, and what says the same where all classes have as many images."""


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
            tested_on(comparison),
            accuracy_table(comparison),
            verdicts(comparison),
            "Other measures, mean and difference to the baseline with its 95 % interval:",
            measures_table(comparison),
            robustness(comparison),
            gains_table(comparison),
        ]
    runs = sum(len(comparison.runs) for comparison in [*comparisons, *constant])
    return "\n\n".join([*filter(None, parts), f"{runs} trainings."])


def summary(comparisons: Sequence[Comparison]) -> str:
    """Returns the text between the markers of the page "What is known"."""
    parts = []
    for comparison in comparisons:
        parts += [
            f"*{comparison.name}*, {len(comparison.seeds)} pairs:",
            accuracy_table(comparison),
        ]
    return "\n\n".join(parts)


def measures_table(comparison: Comparison) -> str:
    """Returns a column for each measure besides the accuracy, and a row for each method."""
    names = [name for name in comparison.measures if name not in SAME]
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
            cell = mean(comparison, method, reading)
            if method in column:
                d = column[method].difference
                margin = reading.show((d.high - d.low) / 2)
                cell += f" ({reading.show(d.mean, sign=True)} ± {margin})"
            cells.append(cell)
        lines.append(f"| {method.replace('+', ' + ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def gains_table(comparison: Comparison) -> str:
    """Returns what costs no further training; nothing if the networks' scores were not kept."""
    gains = comparison.free_gains
    if not gains:
        return ""
    lines = [
        "What costs no training: the ensemble of the five networks, and a temperature that is "
        "chosen on one half of the test images and measured on the other.",
        "",
        "| method | accuracy, % | of the ensemble | loss | of the ensemble | with a temperature "
        "| calibration error, % | with a temperature |",
        "|---|---|---|---|---|---|---|---|",
    ]
    percent, nats = measure_of("accuracy"), measure_of("loss")
    for method in (BASELINE, *comparison.methods):
        mine = gains[method]
        cells = [
            percent.show(mine["accuracy"]),
            percent.show(mine["ensemble_accuracy"]),
            nats.show(mine["loss"]),
            nats.show(mine["ensemble_loss"]),
            nats.show(mine["tempered_loss"]),
            percent.show(mine["calibration_error"]),
            percent.show(mine["tempered_calibration_error"]),
        ]
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


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    comparisons = results()
    write_between_markers(README, text(comparisons, results("_constant")))
    write_between_markers(PAGE, summary(comparisons), NAME)
    for path in draw(comparisons):
        print(path)


if __name__ == "__main__":
    main()
