"""Writes the tables of the study here, and its short form into "What is known".

python -m experiments.small_data.report
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.common.compared import BASELINE, interval, mean_and_spread
from experiments.common.documents import p_value, table_line, write_between_markers
from experiments.small_data.config import FULL, OURS, RESULTS, SIZES
from keras_lateral import Comparison, measure_of

HERE = Path(__file__).parent
README = HERE / "README.md"
ROOT = HERE.parents[1]
PAGE, FRONT = ROOT / "docs" / "what-is-known.md", ROOT / "README.md"
NAME = "small_data"

Results = dict[str, tuple[dict[str, Any], Comparison | None]]

PUBLISHED = (
    ("cross-entropy, tuned; Wide ResNet", "58.2", "arXiv:2108.13122"),
    ("harmonic networks, tuned", "56.5", "arXiv:2108.13122"),
    ("t-vMF similarity, tuned", "57.5", "arXiv:2108.13122"),
    ("cross-entropy, tuned, balanced accuracy", "55.2", "Brigato et al., IEEE Access 2022"),
    ("harmonic networks, balanced accuracy", "58.0", "Brigato et al., IEEE Access 2022"),
    ("network size, schedule and decay chosen together", "66.5", "arXiv:2309.01694"),
)
"""Test accuracy in % on ciFAIR-10 with 50 training images a class, from scratch, as reported."""


def results(folder: Path = RESULTS) -> Results:
    """Returns what was fixed for each set, and its comparison if there is one."""
    found: Results = {}
    for name in FULL:
        fixed = folder / f"{name}_fixed.json"
        if fixed.exists():
            file = folder / f"{name}.json"
            comparison = Comparison.load(file) if file.exists() else None
            found[name] = json.loads(fixed.read_text(encoding="utf-8")), comparison
    return found


def text(found: Results) -> str:
    """Returns the text between the markers of the study's README."""
    parts = []
    for name, (fixed, comparison) in found.items():
        parts += [f"### {SIZES[name].title}", chosen(fixed)]
        parts += (
            ["Not compared yet."]
            if comparison is None
            else [
                tested(comparison),
                table(comparison),
                cost(comparison),
            ]
        )
    return "\n\n".join([*parts, "### Published numbers beside ours", published(found)])


def chosen(fixed: dict[str, Any]) -> str:
    """Returns what was fixed on the training images."""
    tried = fixed["steps"][0]["tried"]
    best = sorted(tried, key=lambda name: -tried[name])[:5]
    alone = ", ".join(f"{shown(name)} {100 * tried[name]:.1f}" for name in best)
    return (
        f"Fixed on the training images alone: learning rate {fixed['learning_rate']:g}, weight "
        f"decay {fixed['weight_decay']:g}, batches of {fixed['batch_size']}. Best alone in their "
        f"folds, accuracy in %: {alone} (baseline {100 * tried[BASELINE]:.1f}). "
        f"Combination: {shown(fixed['combination'])}."
    )


def tested(comparison: Comparison) -> str:
    """Returns what was tested, and on how much."""
    return (
        f"{len(comparison.seeds)} pairs each, {comparison.settings['training_images']:,} training "
        f"and {comparison.settings['test_images']:,} test images, {comparison.settings['epochs']} "
        "epochs. Differences in points, with the 95 % interval for new images and new seeds; p is "
        "adjusted for all rows."
    )


def table(comparison: Comparison) -> str:
    """Returns a row for each method, the best first."""
    accuracy, loss = measure_of("accuracy"), measure_of("loss")
    losses = {compared.method: compared.difference for compared in comparison.compared("loss")}
    heads = ("method", "accuracy, %", "difference", "95 % interval", "p", "verdict", "loss")
    lines = [table_line(heads), "|" + "---|" * len(heads)]
    first = mean_and_spread(comparison, BASELINE, accuracy)
    lines.append(table_line([BASELINE, first, "", "", "", "", baseline_loss(comparison)]))
    rows = sorted(comparison.compared(), key=lambda compared: -compared.difference.mean)
    for compared in rows:
        d, name = compared.difference, compared.method
        lines.append(
            table_line(
                [
                    f"**{shown(name)}**" if name in OURS else shown(name),
                    mean_and_spread(comparison, name, accuracy),
                    accuracy.show(d.mean, sign=True),
                    interval(d.low, d.high, accuracy),
                    p_value(compared.adjusted_p),
                    compared.kind,
                    loss.show(losses[name].mean, sign=True) if name in losses else "",
                ]
            )
        )
    return "\n".join(lines)


def baseline_loss(comparison: Comparison) -> str:
    """Returns the mean test loss of the baseline."""
    return measure_of("loss").show(mean_of(comparison, BASELINE, "loss"))


def mean_of(comparison: Comparison, method: str, measure: str) -> float:
    """Returns the mean of a measure over the trainings of a method."""
    return float(np.mean(list(comparison.values(method, measure).values())))


def cost(comparison: Comparison) -> str:
    """Returns what the trainings cost."""
    seconds = sum(run.seconds for run in comparison.runs)
    one = np.median([run.seconds for run in comparison.runs if run.method == BASELINE])
    return (
        f"{len(comparison.runs)} trainings, {seconds / 60:.0f} minutes in one process of one "
        f"thread beside other work; one of the baseline {one:.0f} s, testing included."
    )


def published(found: Results) -> str:
    """Returns the published numbers on ciFAIR-10, and ours on CIFAR-10."""
    lines = [
        table_line(("training", "accuracy, %", "source")),
        "|---|---|---|",
        *(table_line(row) for row in PUBLISHED),
    ]
    comparison = found.get("cifar10", ({}, None))[1]
    if comparison is not None:
        accuracy = measure_of("accuracy")
        best = max(comparison.methods, key=lambda name: mean_of(comparison, name, "accuracy"))
        for name in (BASELINE, best):
            value = accuracy.show(mean_of(comparison, name, "accuracy"))
            lines.append(table_line((f"here: {shown(name)}", value, "this page")))
    return "\n".join(lines)


def summary(found: Results) -> str:
    """Returns the text between the markers of the page "What is known"."""
    lines = []
    for name, (_, comparison) in found.items():
        if comparison is not None:
            lines += [f"*{SIZES[name].title}*, {len(comparison.seeds)} pairs:", table(comparison)]
    return "\n\n".join(lines) or "Not measured yet."


def short(found: Results) -> str:
    """Returns the text between the markers of the project's README."""
    heads = ("images", "baseline, %", "best alone", "best combination", *map(shown, OURS))
    lines = [table_line(heads), "|" + "---|" * len(heads)]
    for name, (fixed, comparison) in found.items():
        if comparison is None:
            continue
        rows = {compared.method: compared.difference for compared in comparison.compared()}
        alone = max(SIZES[name].arms, key=lambda arm: rows[arm].mean)
        cells = [named(arm, rows) for arm in (alone, fixed["combination"])]
        cells += [named("", rows, arm) for arm in OURS]
        title = f"{SIZES[name].title}, {len(comparison.seeds)} pairs"
        percent = measure_of("accuracy").show(mean_of(comparison, BASELINE, "accuracy"))
        lines.append(table_line([title, percent, *cells]))
    return "\n".join(lines) if len(lines) > 2 else "Not measured yet."


def named(name: str, rows: dict[str, Any], arm: str = "") -> str:
    """Returns a difference with its interval, after the name of the method if there is one."""
    accuracy, d = measure_of("accuracy"), rows[arm or name]
    numbers = f"{accuracy.show(d.mean, sign=True)} ({interval(d.low, d.high, accuracy)})"
    return f"{shown(name)}: {numbers}" if name else numbers


def shown(name: str) -> str:
    """Returns a method's name with spaces around each plus."""
    return name.replace("+", " + ")


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(arguments)
    found = results()
    write_between_markers(README, text(found))
    write_between_markers(PAGE, summary(found), NAME)
    write_between_markers(FRONT, short(found), NAME)


if __name__ == "__main__":
    main()
