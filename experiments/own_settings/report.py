"""Writes the tables of the study.

python -m experiments.own_settings.report
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.common.documents import table_line, write_between_markers
from experiments.own_settings.choose import mean_gain
from experiments.own_settings.config import DEFAULTS, RESULTS, TRIED, arm_name
from experiments.small_data.config import FULL, SIZES
from experiments.small_data.outcome import Outcome
from experiments.small_data.report import table

README = Path(__file__).parent / "README.md"


def text(folder: Path = RESULTS) -> str:
    """Returns the text between the markers of the study's README."""
    file = folder / "chosen.json"
    if not file.exists():
        return "Not measured yet."
    written = json.loads(file.read_text(encoding="utf-8"))
    parts = ["### Chosen in folds of the training images", choice_table(written)]
    for name in FULL:
        if (folder / f"{name}.json").exists():
            outcome = Outcome.load(folder / f"{name}.json")
            parts += [f"### {SIZES[name].title}: test images, fresh seeds", tested(outcome)]
            parts.append(table(outcome))
    return "\n\n".join(parts)


def choice_table(written: dict[str, Any]) -> str:
    """Returns a row for each method and value: by how much the loss is lower, in nats."""
    gains, chosen = written["gains"], written["chosen"]
    heads = ("method", "value", *(SIZES[name].title for name in gains), "mean", "")
    lines = [table_line(heads), "|" + "---|" * len(heads)]
    for method, values in TRIED.items():
        for value in values:
            of_sets = [f"{gains[name][arm_name(method, value)]:+.3f}" for name in gains]
            marks = ["default"] * (value == DEFAULTS[method])
            marks += ["chosen"] * (value == chosen[method])
            shown = value if isinstance(value, str) else f"{value:g}"
            mean = f"{mean_gain(gains, method, value):+.3f}"
            lines.append(table_line((method, shown, *of_sets, mean, ", ".join(marks))))
    return "\n".join(lines)


def tested(outcome: Outcome) -> str:
    """Returns what was tested, and on how much."""
    return (
        f"{len(outcome.seeds)} pairs each, {outcome.training_images:,} training and "
        f"{outcome.test_images:,} test images; differences in points, with the 95 % interval for "
        "new images and new seeds; p is adjusted for all rows."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(arguments)
    write_between_markers(README, text())


if __name__ == "__main__":
    main()
