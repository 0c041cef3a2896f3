"""Writes the tables of a source, with what was reached here, into their README."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from experiments.common.documents import write_between_markers
from experiments.common.records import Records, gather
from experiments.full_size.borrowed import records
from experiments.full_size.differences import differences
from experiments.full_size.run import SMOKE
from experiments.full_size.table import Table
from experiments.full_size.tables import arm_table, contrast_table

PILOT = "pilot"


def sizes(table: Table) -> list[str]:
    """Returns the sizes whose trainings count, in their order."""
    return [size for size in table.sizes if size not in (SMOKE, PILOT)]


def text(table: Table, results: Path | None = None, size: str | None = None) -> str:
    """Returns the tables of the sizes that have results; without any, the paper's alone.

    Args:
        table: The table.
        results: Folder with a folder for each size. Defaults to the table's own.
        size: A size, instead of all that count.
    """
    folder = results or table.folder / "results"
    found = {n: records(table, n, folder / n) for n in ([size] if size else sizes(table))}
    parts = [_of_size(table, name, runs) for name, runs in found.items() if runs]
    return "\n\n".join(parts or [arm_table(table, {})])


def _of_size(table: Table, size: str, records: Records) -> str:
    recipe = table.sizes[size]
    contrasts = [c for c in table.contrasts if {c.arm, c.baseline} <= set(records) or c.claimed]
    trainings = sum(len(runs) for runs in records.values())
    return "\n\n".join(
        [
            f"### Size `{size}`: {recipe.dataset}, {recipe.model}, {recipe.epochs} epochs",
            arm_table(table, records),
            contrast_table(table, contrasts, differences(records, table.contrasts)),
            f"{trainings} trainings.",
        ]
    )


def main(table: Table, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Gathers the trainings and writes, or prints, the tables.

    Args:
        table: The table.
        arguments: Command-line arguments.

    Returns:
        The options, for what a table's own report adds.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    results = table.folder / "results"
    parser.add_argument(
        "--results", type=Path, default=results, help="folder with a folder for each size"
    )
    parser.add_argument("--print", action="store_true", help="print the tables, write no README")
    parser.add_argument("--smoke", action="store_true", help="print those of the smoke size")
    options = parser.parse_args(arguments)
    folder = options.results
    for size in [*sizes(table), SMOKE] if options.smoke else sizes(table):
        if (folder / size / "runs").exists():
            gather(folder / size)
    if options.print or options.smoke:
        print(text(table, folder, SMOKE if options.smoke else None))
    else:
        write_between_markers(table.folder / "README.md", text(table, folder))
    return options
