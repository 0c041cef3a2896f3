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

from experiments.common.compared import BASELINE
from experiments.common.documents import p_value, table_line, write_between_markers
from experiments.small_data.config import FULL, OURS, RESULTS, SIZES
from experiments.small_data.outcome import Outcome, Row
from keras_lateral import adjust_for_many, paired_difference

HERE = Path(__file__).parent
README = HERE / "README.md"
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "what-is-known.md"
NAME = "small_data"

Results = dict[str, tuple[dict[str, Any], Outcome | None]]
"""For each set what was fixed, and what came out, if it was compared."""

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
    """Returns what was fixed for each set, and what came out if it was compared."""
    found: Results = {}
    for name in FULL:
        fixed, compared = folder / f"{name}_fixed.json", folder / f"{name}.json"
        if fixed.exists():
            outcome = Outcome.load(compared) if compared.exists() else None
            found[name] = json.loads(fixed.read_text(encoding="utf-8")), outcome
    return found


def text(found: Results) -> str:
    """Returns the text between the markers of the study's README."""
    parts = []
    for name, (fixed, outcome) in found.items():
        parts += [f"### {SIZES[name].title}", chosen(fixed)]
        if outcome is None:
            parts.append("Not compared yet.")
        else:
            parts += [tested(outcome), table(outcome), added(outcome, fixed["combination"])]
    return "\n\n".join([*parts, "### Published numbers beside ours", published(found)])


def chosen(fixed: dict[str, Any]) -> str:
    """Returns what was fixed on the training images."""
    first = fixed["steps"][0]
    loss, accuracy = first["tried"], first["accuracy"]
    shares = {name: f"{loss[name]:.3f} and {100 * accuracy[name]:.1f}" for name in loss}
    best = sorted(loss, key=lambda name: loss[name])[:5]
    alone = ", ".join(f"{shown(name)} {shares[name]}" for name in best)
    return (
        f"Fixed on the training images alone: learning rate {fixed['learning_rate']:g}, weight "
        f"decay {fixed['weight_decay']:g}, batches of {fixed['batch_size']}. Best alone in their "
        f"folds, loss in nats and accuracy in %: {alone} (baseline {shares[BASELINE]}). "
        f"Combination: {shown(fixed['combination'])}."
    )


def tested(outcome: Outcome) -> str:
    """Returns what was tested, on how much, and what it cost."""
    trainings = sum(len(row.accuracies) for row in outcome.rows)
    return (
        f"{len(outcome.seeds)} pairs each, {outcome.training_images:,} training and "
        f"{outcome.test_images:,} test images, {outcome.epochs} epochs. Differences in points, "
        "with the 95 % interval for new images and new seeds; p is adjusted for all rows. "
        f"{trainings} trainings, {outcome.minutes:.0f} minutes of one process with one thread "
        "beside other work."
    )


def table(outcome: Outcome) -> str:
    """Returns a row for each method, the best first."""
    heads = ("method", "accuracy, %", "difference", "95 % interval", "p", "verdict")
    more = ("loss", "calibration error, %", "seconds a training")
    lines = [table_line([*heads, *more]), "|" + "---|" * len([*heads, *more])]
    first, *others = outcome.rows
    for row in [first, *sorted(others, key=lambda row: -row.difference)]:
        name = f"**{shown(row.method)}**" if row.method in OURS else shown(row.method)
        beside = ["", "", ""]
        if row is not first:
            beside = [points(row.difference), f"{points(row.low)} to {points(row.high)}"]
            beside.append(p_value(row.p))
        lines.append(
            table_line(
                [
                    *(name, mean_and_spread(row), *beside, row.verdict),
                    *(
                        f"{row.loss:.3f}",
                        f"{100 * row.calibration_error:.1f}",
                        f"{row.seconds:.0f}",
                    ),
                ]
            )
        )
    return "\n".join(lines)


def added(outcome: Outcome, combination: str) -> str:
    """Returns a row for each of our methods that was switched on beside the combination."""
    without, rows = outcome.by_method[combination].accuracies, outcome.by_method
    found = {
        name: paired_difference(without, rows[f"{combination}+{name}"].accuracies)
        for name in OURS
        if f"{combination}+{name}" in rows
    }
    adjusted = adjust_for_many([difference.p for difference in found.values()])
    lines = [
        f"What ours add to {shown(combination)}, in points of accuracy, with the 95 % interval for "
        "new seeds on the same test images; p is adjusted for the rows of this table, which was "
        "made after the one above:",
        "",
        table_line(("method", "difference", "95 % interval", "p", "pairs that gained")),
        "|---|---|---|---|---|",
    ]
    for (name, d), p in zip(found.items(), adjusted, strict=True):
        interval = f"{points(d.low)} to {points(d.high)}"
        gained = f"{d.better} of {len(without)}"
        lines.append(table_line((shown(name), points(d.mean), interval, p_value(p), gained)))
    return "\n".join(lines)


def mean_and_spread(row: Row) -> str:
    """Returns the mean accuracy and its standard deviation over seeds, in %."""
    spread = np.std(row.accuracies, ddof=1) if len(row.accuracies) > 1 else 0.0
    return f"{100 * np.mean(row.accuracies):.1f} ± {100 * spread:.1f}"


def points(share: float) -> str:
    """Returns a difference of shares in points; 0 has a plus."""
    return f"{100 * share:+z.1f}"


def published(found: Results) -> str:
    """Returns the published numbers on ciFAIR-10, and ours on CIFAR-10."""
    lines = [
        table_line(("training", "accuracy, %", "source")),
        "|---|---|---|",
        *(table_line(row) for row in PUBLISHED),
    ]
    outcome = found.get("cifar10", ({}, None))[1]
    if outcome is not None:
        best = max(outcome.rows, key=lambda row: float(np.mean(row.accuracies)))
        for row in (outcome.rows[0], best):
            value = f"{100 * np.mean(row.accuracies):.1f}"
            lines.append(table_line((f"here: {shown(row.method)}", value, "this page")))
    for name, accuracies, minutes in further():
        accuracy = f"{100 * np.mean(accuracies):.1f}"
        source = f"`further.py`, trainings: {len(accuracies)}, {minutes:.0f} minutes each"
        lines.append(table_line((f"here: {name}", accuracy, source)))
    return "\n".join(lines)


def further(folder: Path = RESULTS) -> list[tuple[str, list[float], float]]:
    """Returns each network of `further.py`, its accuracies and the mean time of a training."""
    of_network: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("cifar10_further_*.json")):
        run = json.loads(file.read_text(encoding="utf-8"))
        of_network.setdefault(f"{run['network']}, {run['epochs']} epochs", []).append(run)
    return [
        (name, [run["accuracy"] for run in runs], float(np.mean([run["minutes"] for run in runs])))
        for name, runs in of_network.items()
    ]


def summary(found: Results) -> str:
    """Returns the text between the markers of the page "What is known"."""
    lines = []
    for name, (fixed, outcome) in found.items():
        if outcome is not None:
            title = f"*{SIZES[name].title}*, {len(outcome.seeds)} pairs:"
            lines += [title, table(outcome), added(outcome, fixed["combination"])]
    return "\n\n".join(lines) or "Not measured yet."


def shown(name: str) -> str:
    """Returns a method's name with spaces around each plus."""
    return name.replace("+", " + ")


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(arguments)
    found = results()
    write_between_markers(README, text(found))
    write_between_markers(PAGE, summary(found), NAME)


if __name__ == "__main__":
    main()
