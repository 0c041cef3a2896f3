"""Writes what is left after the attack, and its success rates as the source has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.common.documents import table_line, write_between_markers
from experiments.common.records import Records, read_gathered
from experiments.frame_simba.config import ITERATIONS, REPORTED, REPORTED_AFTER, STUDY, after
from experiments.full_size import measures_report
from experiments.full_size.measures_report import table_of
from experiments.full_size.run import SMOKE
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
    """Returns the success rates after so many iterations: the source's / those seen here."""
    head = ["arm", *(str(t) for t in ITERATIONS[size])]
    lines = [table_line(head), "|" + len(head) * "---|"]
    for arm in STUDY.at(size):
        cells = [STUDY.texts[arm]]
        for iterations in ITERATIONS[size]:
            known = records.get(arm)
            here = success_rate(records, arm, iterations) if known else None
            seen = NOTHING if here is None else f"{100 * here:.2f}"
            cells.append(f"{_reported(arm, iterations)} / {seen}")
        lines.append(table_line(cells))
    return "\n".join(lines)


def _reported(arm: str, iterations: int) -> str:
    if arm not in REPORTED or iterations not in REPORTED_AFTER:
        return NOTHING
    return f"{REPORTED[arm][REPORTED_AFTER.index(iterations)]:.2f}"


def success_tables(folder: Path) -> str:
    """Returns the success rates of the sizes that have results; without any, the source's."""
    sizes = [size for size in STUDY.sizes if size != SMOKE]
    found = {size: read_gathered(folder / size) for size in sizes}
    parts = [f"Size `{size}`:\n\n{success_table(r, size)}" for size, r in found.items() if r]
    return "\n\n".join(parts or [success_table({}, sizes[0])])


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the tables; prints those of the smoke size instead if that is asked for.

    Args:
        arguments: Command-line arguments.
    """
    options = measures_report.main(STUDY, arguments)
    if options.smoke:
        print(success_table(read_gathered(options.results / SMOKE), SMOKE))
    else:
        write_between_markers(STUDY.folder / "README.md", success_tables(options.results), NAME)


if __name__ == "__main__":
    main()
