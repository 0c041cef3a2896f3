"""Gathers the runs into one file, and writes the tables and the figure from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.common.documents import write_between_markers
from experiments.common.publish import publish
from experiments.common.records import Records
from experiments.receptive_field_freeze.config import RESULTS
from experiments.receptive_field_freeze.rows import Row, experiment_rows
from experiments.receptive_field_freeze.tables import (
    MEASURES,
    control_table,
    experiment_table,
    mean_table,
    short_table,
    time_table,
)

README = Path(__file__).parent / "README.md"
CARD = Path(__file__).parents[2] / "docs" / "methods" / "receptive-field-freeze.md"
"""Where the short table goes, for readers who look no further."""


def text(records: Records) -> str:
    """Returns the text between the README's markers."""
    runs = [run for seeds in records.values() for run in seeds.values()]
    same = sum(run["1"]["epochs"] == run["2"]["epochs"] for run in runs)
    tables = [
        "### Means",
        mean_table(records),
        "### As many other layers frozen",
        control_table(records),
        "### Every experiment, beside the paper's",
        experiment_table(records),
        "### Time",
        time_table(records),
        f"{len(runs)} runs. In {same} of them the validation loss rose at once, so that 1.x and "
        "2.x forked at the same place.",
    ]
    return "\n\n".join(tables)


def summary(records: Records) -> str:
    """Returns the short table: the means of the study's own measure."""
    return short_table(records)


def draw(rows: Sequence[Row], path: Path) -> None:
    """Saves the paired differences, here and in the paper, as a figure."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    rows = rows[::-1]
    figure, axes = plt.subplots(figsize=(7, 1.2 + 0.24 * len(rows)), layout="constrained")
    found = [(place, row.splits or row.pairs) for place, row in enumerate(rows)]
    known = [(place, d) for place, d in found if d is not None]
    axes.axvline(0, color="0.6", linewidth=1)
    axes.errorbar(
        [100 * d.mean for _, d in known],
        [place for place, _ in known],
        xerr=[100 * d.half_width for _, d in known],
        fmt="o",
        markersize=4,
        capsize=2,
        label="here, 95 % intervals",
    )
    published = [(p, row.paper) for p, row in enumerate(rows) if row.paper is not None]
    axes.plot(
        [100 * (paper["frozen"] - paper["ordinary"]) for _, paper in published],
        [place for place, _ in published],
        "x",
        label="paper, one seed",
    )
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_xlabel("frozen less ordinary, points of validation accuracy after the transfer")
    axes.grid(axis="x", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def write(records: Records, folder: Path) -> None:
    """Writes the figure into the folder, and the tables into the documents."""
    value = next(iter(MEASURES.values()))
    rows = [row for series in ("1", "2") for row in experiment_rows(records, series, value)]
    draw(rows, folder / "differences.png")
    write_between_markers(README, text(records))
    write_between_markers(CARD, summary(records))


def main(arguments: Sequence[str] | None = None) -> None:
    publish(arguments, __doc__, RESULTS / "full", text, write)


if __name__ == "__main__":
    main()
