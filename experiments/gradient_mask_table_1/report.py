"""Writes table 1, the paper's numbers beside ours, into the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.common.documents import write_between_markers
from experiments.full_size import report
from experiments.full_size.borrowed import records
from experiments.full_size.differences import differences
from experiments.full_size.tables import arm_table, contrast_table
from experiments.gradient_mask_table_1.config import TABLE
from experiments.gradient_mask_table_2.config import TABLE as TABLE_2

NAME = "cifar100"


def on_cifar100() -> str:
    """Returns the two lines of table 2 that are table 1's, at every size that has results."""
    parts = []
    shown = replace(TABLE_2, arms={arm: TABLE_2.arms[arm] for arm in ("none", "log")})
    for size in report.sizes(TABLE_2):
        all_records = records(TABLE_2, size)
        if not all_records and parts:
            continue
        seen = differences(all_records, TABLE_2.contrasts)
        recipe = TABLE_2.sizes[size]
        parts += [
            f"Size `{size}`: {recipe.model}, {recipe.epochs} epochs",
            arm_table(shown, all_records),
            contrast_table(shown, TABLE_2.contrasts[:1], seen),
        ]
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    options = report.main(TABLE, arguments)
    if options.print or options.smoke:
        print(on_cifar100())
        return
    write_between_markers(TABLE.folder / "README.md", on_cifar100(), NAME)


if __name__ == "__main__":
    main()
