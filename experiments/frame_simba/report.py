"""Writes what is left after the attack, and its success rates as the source has them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from experiments.common.documents import write_between_markers
from experiments.common.records import Records, read_gathered
from experiments.frame_simba.config import ITERATIONS, REPORTED, STUDY, after
from experiments.full_size import measures_report
from experiments.full_size.measures_report import table_of
from experiments.full_size.tables import NOTHING

NAME = "success"


def success_rate(records: Records, arm: str, iterations: int) -> float:
    """Returns the share of the images that were right before and are not any more."""
    seeds = sorted(records[arm])
    before, left = (
        table_of(records, arm, measure, seeds).mean() for measure in ("accuracy", after(iterations))
    )
    return float(1 - left / before)


def success_table(records: Records, size: str) -> str:
    """Returns the success rates after so many iterations: the source's, and those seen here."""
    head = ["arm", *(f"{t}: in the paper, % | here" for t in ITERATIONS[size])]
    lines = [_line(head), "|" + (1 + 2 * len(ITERATIONS[size])) * "---|"]
    for arm, text in STUDY.texts.items():
        reported = REPORTED.get(arm)
        cells = [text]
        for place, iterations in enumerate(ITERATIONS[size]):
            cells.append(NOTHING if reported is None else f"{reported[place]:.1f}")
            known = records.get(arm)
            here = success_rate(records, arm, iterations) if known else None
            cells.append(NOTHING if here is None else f"{100 * here:.1f}")
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    measures_report.main(STUDY, arguments)
    if not arguments and len(sys.argv) == 1:  # what is only printed changes no README
        size = STUDY.sizes[0]
        records = read_gathered(STUDY.folder / "results" / size)
        write_between_markers(STUDY.folder / "README.md", success_table(records, size), NAME)


if __name__ == "__main__":
    main()
