"""Gathers the runs into one file, and writes the tables and the figure from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.common.documents import write_between_markers
from experiments.common.publish import publish
from experiments.common.records import Records
from experiments.frame_regularizer_cifar100.config import ARMS, RESULTS, SIZES
from experiments.frame_regularizer_cifar100.rows import Row, diverged, rows
from experiments.frame_regularizer_cifar100.tables import (
    arm_table,
    contrast_table,
    layer_table,
    short_table,
    sweep_table,
)

README = Path(__file__).parent / "README.md"
CARD = Path(__file__).parents[2] / "docs" / "methods" / "frame-regularizer.md"
"""Where the short table goes, for readers who look no further."""


def text(records: Records) -> str:
    """Returns the text between the README's markers."""
    sweep, fresh = divide(records)
    lines = rows(fresh)
    tables = [
        "### Fresh seeds",
        arm_table(lines),
        "### Where the convolutions began and ended, fresh seeds",
        layer_table(lines),
        "### Pairs, fresh seeds",
        contrast_table(fresh),
        "### All that was tried, on the seeds that served to choose",
        sweep_table(rows(sweep), diverged(sweep)),
        f"{sum(map(len, records.values()))} runs.",
    ]
    return "\n\n".join(tables)


def summary(records: Records) -> str:
    """Returns the short table: the arms with fresh seeds."""
    return short_table(rows(divide(records)[1]))


def divide(records: Records) -> tuple[Records, Records]:
    """Returns the runs with the seeds used to choose arms, and those with fresh ones."""
    count = SIZES["full"].seeds
    sweep = {arm: {s: run for s, run in runs.items() if s < count} for arm, runs in records.items()}
    fresh = {
        arm: {s: run for s, run in runs.items() if s >= count} for arm, runs in records.items()
    }
    return sweep, fresh


def draw(lines: Sequence[Row], path: Path) -> None:
    """Saves the paired differences, and the bounds that the layers ended with, as a figure."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    lines = lines[::-1]
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12, 1.4 + 0.3 * len(lines)), layout="constrained", sharey=True
    )
    _draw_differences(left, lines)
    _draw_bounds(right, lines)
    left.set_yticks(range(len(lines)), [ARMS[row.arm].label for row in lines])
    left.set_ylim(-0.7, len(lines) - 0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_differences(axes: Any, lines: Sequence[Row]) -> None:
    found = [(place, row.accuracy) for place, row in enumerate(lines) if row.accuracy]
    axes.axvline(0, color="0.6", linewidth=1)
    axes.errorbar(
        [100 * d.mean for _, d in found],
        [place for place, _ in found],
        xerr=[100 * d.half_width for _, d in found],
        fmt="o",
        markersize=4,
        capsize=2,
    )
    axes.set_xlabel("paired difference to none,\npoints of test accuracy, 95 % intervals")
    axes.grid(axis="x", alpha=0.3)


def _draw_bounds(axes: Any, lines: Sequence[Row]) -> None:
    axes.axvspan(0.5, 2, color="C2", alpha=0.15, linewidth=0)
    for place, row in enumerate(lines):
        end = row.end
        axes.plot([max(end.lowest, 1e-8), end.highest], [place] * 2, color="C0", linewidth=1)
        axes.plot([end.lower, end.upper], [place] * 2, color="C0", linewidth=5, alpha=0.6)
    axes.set_xscale("log")
    axes.set_xlim(1e-8, 1e3)
    axes.set_xlabel(
        "squared singular values after training:\nlowest A to highest B"
        "; thick: median A to median B"
    )
    axes.grid(axis="x", alpha=0.3)


def write(records: Records, folder: Path) -> None:
    """Writes the figure into the folder, and the tables into the documents."""
    draw(rows(divide(records)[1]), folder / "bounds.png")
    write_between_markers(README, text(records))
    write_between_markers(CARD, summary(records))


def main(arguments: Sequence[str] | None = None) -> None:
    publish(arguments, __doc__, RESULTS / "full", text, write)


if __name__ == "__main__":
    main()
