"""Gathers the runs into one file, and writes the table and the figure from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.common.documents import write_between_markers
from experiments.common.publish import publish
from experiments.common.records import Records
from experiments.gradient_mask_cifar100.config import ARMS, RESULTS, SIZES
from experiments.gradient_mask_cifar100.paired import Row, rows
from experiments.gradient_mask_cifar100.tables import (
    arm_table,
    contrast_table,
    fresh_table,
    short_table,
)

README = Path(__file__).parent / "README.md"
ROOT = Path(__file__).parents[2]
SUMMARIES = (ROOT / "docs" / "what-is-known.md", ROOT / "docs" / "methods" / "gradient-mask.md")
"""Where the short table goes, for readers who look no further."""

SHORT = (
    *("log_k1_t002", "log_k1_t01", "log_k1_t03", "log_k4_t01", "log_channels_t01"),
    *("weights_k1_t01", "norm_k1_t01", "random_q25", "soft_t05"),
)
"""The arms in the short table: the default, its neighbours, the best and the worst."""


def text(records: Records) -> str:
    """Returns the text between the README's markers."""
    first, fresh = divide(records)
    tables = [arm_table(in_order(rows(first))), contrast_table(first)]
    if fresh.get("none"):
        tables.append(fresh_table(fresh))
    return "\n\n".join([*tables, f"{sum(map(len, records.values()))} runs."])


def summary(records: Records) -> str:
    """Returns the short table: a few arms of the long one, and the arms with fresh seeds."""
    first, fresh = divide(records)
    lines = [row for row in in_order(rows(first)) if row.arm in SHORT]
    return f"{short_table(lines)}\n\n{fresh_table(fresh)}"


def divide(records: Records) -> tuple[Records, Records]:
    """Returns the runs with the seeds that every arm has, and those that only some arms have."""
    count = SIZES["full"].seeds
    first = {arm: {s: run for s, run in runs.items() if s < count} for arm, runs in records.items()}
    fresh = {
        arm: {s: run for s, run in runs.items() if s >= count} for arm, runs in records.items()
    }
    return first, fresh


def in_order(found: Sequence[Row]) -> list[Row]:
    """Returns the rows in the order of the arms."""
    return sorted(found, key=lambda row: list(ARMS).index(row.arm))


def draw(lines: Sequence[Row], path: Path) -> None:
    """Saves the differences with their intervals as a figure."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    masked = [row for row in lines if row.arm != "none"][::-1]
    figure, axes = plt.subplots(figsize=(8, 1 + 0.24 * len(masked)), layout="constrained")
    axes.axvline(0, color="0.6", linewidth=1)
    axes.errorbar(
        [100 * row.accuracy.mean for row in masked],
        range(len(masked)),
        xerr=[100 * row.accuracy.half_width for row in masked],
        fmt="o",
        markersize=4,
        capsize=2,
    )
    axes.set_yticks(range(len(masked)), [ARMS[row.arm].text for row in masked])
    axes.set_ylim(-0.7, len(masked) - 0.3)
    axes.set_xlabel("paired difference to no mask, points of test accuracy, 95 % intervals")
    axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def write(records: Records, folder: Path) -> None:
    """Writes the figure into the folder, and the tables into the documents."""
    draw(in_order(rows(divide(records)[0])), folder / "differences.png")
    write_between_markers(README, text(records))
    for path in SUMMARIES:
        write_between_markers(path, summary(records))


def main(arguments: Sequence[str] | None = None) -> None:
    publish(arguments, __doc__, RESULTS / "full", text, write)


if __name__ == "__main__":
    main()
