"""Writes the tables of accuracies, the source's numbers beside ours, into the README."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from experiments.common.documents import write_between_markers
from experiments.common.records import gather, read_gathered
from experiments.frame_table.config import TABLE
from experiments.frame_table.paper import NETWORKS, SETS, paper_table, reported_table, size_of
from experiments.full_size import report

README = TABLE.folder / "README.md"
NAME = "reported"


def of_the_source(folder: Path) -> str:
    """Returns what the source reports, and below it what was trained at its size."""
    parts = [reported_table()]
    for network in NETWORKS:
        for images in SETS:
            size = size_of(network, images)
            if (folder / size / "runs").exists():
                gather(folder / size)
            if read_gathered(folder / size):
                parts.append(report.text(paper_table(network, images), folder, size))
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    report.main(TABLE, arguments)
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--results", type=Path, default=TABLE.folder / "results")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args(arguments)
    if not (options.print or options.smoke):
        write_between_markers(README, of_the_source(options.results), NAME)


if __name__ == "__main__":
    main()
