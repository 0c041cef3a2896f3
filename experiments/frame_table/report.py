"""Writes the tables of accuracies, the source's numbers beside ours, into the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from experiments.common.documents import table_line, write_between_markers
from experiments.common.records import gather, read_gathered
from experiments.frame_table.config import TABLE
from experiments.frame_table.paper import (
    ARMS,
    NETWORKS,
    REPORTED,
    SETS,
    paper_table,
    size_of,
)
from experiments.full_size import report
from experiments.full_size.tables import NOTHING
from experiments.gradient_mask_table_2.config import TABLE as LENDER

README = TABLE.folder / "README.md"
NAME, PILOT = "reported", "pilot"

Reached = Mapping[str, Mapping[str, float]]
"""Mean accuracies, from 0 to 1, by size and arm."""


def reported_table(reached: Reached) -> str:
    """Returns all that the source reports, and what was reached here, in percent."""
    columns = [(network, images) for network in NETWORKS for images in SETS]
    head = ["regularizer", *(f"{network}, {images}" for network, images in columns)]
    lines = [table_line(head), "|" + len(head) * "---|"]
    for name in REPORTED["resnet34"]:
        cells = [ARMS[name].text.split(",")[0]]
        for network, images in columns:
            ours = reached.get(size_of(network, images), {}).get(name)
            shown = NOTHING if ours is None else f"{100 * ours:.2f}"
            cells.append(f"{REPORTED[network][name][list(SETS).index(images)]:.2f} / {shown}")
        lines.append(table_line(cells))
    return "\n".join(lines)


def of_the_source(folder: Path) -> str:
    """Returns what the source reports, and below it what was trained at its size."""
    reached, parts = {}, []
    for network in NETWORKS:
        for images in SETS:
            size = size_of(network, images)
            if (folder / size / "runs").exists():
                gather(folder / size)
            if found := read_gathered(folder / size):
                reached[size] = {arm: mean_accuracy(runs) for arm, runs in found.items()}
                parts.append(report.text(paper_table(network, images), folder, size))
    return "\n\n".join([reported_table(reached), *parts])


def mean_accuracy(runs: Mapping[int, Mapping[str, float]]) -> float:
    """Returns the mean accuracy on test images, over seeds."""
    return float(np.mean([run["test_accuracy"] for run in runs.values()]))


def pilot_table(folder: Path) -> str:
    """Returns what the numbers were chosen from: accuracies on held-out training images.

    Args:
        folder: Folder of the table's results.
    """
    lent = read_gathered(LENDER.folder / "results" / PILOT)["none"]
    found = {"none": lent, **read_gathered(folder / PILOT)}
    lines = ["| arm | held-out training images, % |", "|---|---|"]
    for arm, runs in sorted(found.items(), key=lambda item: -mean_accuracy(item[1])):
        factor = TABLE.arms[arm].arguments.get("factor")
        text = TABLE.arms[arm].text
        shown = text if factor is None or f"{factor:g}" in text else f"{text}, {factor:g}"
        lines.append(table_line([shown, f"{100 * mean_accuracy(runs):.2f}"]))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Gathers the trainings and writes, or prints, the tables.

    Args:
        arguments: Command-line arguments.
    """
    options = report.main(TABLE, arguments)
    if options.print:
        print(of_the_source(options.results))
    elif not options.smoke:
        write_between_markers(README, pilot_table(options.results), PILOT)
        write_between_markers(README, of_the_source(options.results), NAME)


if __name__ == "__main__":
    main()
