"""Gathers the runs into one file, and writes the tables and the figure from them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.common.documents import write_between_markers
from experiments.common.records import Records, gather, read_gathered
from experiments.receptive_field_freeze.config import RESULTS
from experiments.receptive_field_freeze.control import (
    ALL,
    conclusion,
    control_table,
    figure_rows,
    groups,
)
from experiments.receptive_field_freeze.rows import Row, experiment_rows
from experiments.receptive_field_freeze.tables import (
    MEASURES,
    experiment_table,
    mean_table,
    short_table,
    time_table,
)

README = Path(__file__).parent / "README.md"
CARD = Path(__file__).parents[2] / "docs" / "methods" / "receptive-field-freeze.md"
"""Where the short table goes, for readers who look no further."""


def text(records: Records, fresh: Records) -> str:
    """Returns the text between the README's markers.

    Args:
        records: The runs of the study.
        fresh: The runs of the size `"control"`; there may be none.
    """
    runs = [run for seeds in records.values() for run in seeds.values()]
    same = sum(run["1"]["epochs"] == run["2"]["epochs"] for run in runs)
    found = groups(records, fresh)
    tables = [
        "### Means",
        mean_table(records),
        "### As many other layers frozen",
        *([control_table(found), conclusion(found)] if found[ALL] else []),
        "### Every experiment, beside the paper's",
        experiment_table(records),
        "### Time",
        time_table(records),
        f"{len(runs)} runs. In {same} of them the validation loss rose at once, so that 1.x and "
        f"2.x forked at the same place. {_seconds(records, fresh)}",
    ]
    return "\n\n".join(tables)


def _seconds(records: Records, fresh: Records) -> str:
    sizes = {"full": records, "control": fresh}
    medians = [
        f"{np.median([run['seconds'] for runs in found.values() for run in runs.values()]):.0f} s "
        f"at size `{size}`"
        for size, found in sizes.items()
        if found
    ]
    return f"A run took, in the median, {' and '.join(medians)}."


def summary(records: Records) -> str:
    """Returns the short table: the means of the study's own measure."""
    return short_table(records)


def draw(rows: Sequence[Row], path: Path, what: str) -> None:
    """Saves the paired differences, here and in the paper, as a figure.

    Args:
        rows: What is drawn, from above.
        path: File of the figure.
        what: What was subtracted from what.
    """
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
    if published:
        axes.plot(
            [100 * (paper["frozen"] - paper["ordinary"]) for _, paper in published],
            [place for place, _ in published],
            "x",
            label="paper, one seed",
        )
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_xlabel(f"{what}, points of validation accuracy after the transfer")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper right", ncols=2)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def read_both(folder: Path = RESULTS) -> tuple[Records, Records]:
    """Returns the gathered runs of the study, and the fresh ones of the size `"control"`."""
    return read_gathered(folder / "full"), read_gathered(folder / "control")


def write(records: Records, fresh: Records, folder: Path) -> None:
    """Writes the figures into the folder, and the tables into the documents."""
    value = next(iter(MEASURES.values()))
    rows = [row for series in ("1", "2") for row in experiment_rows(records, series, value)]
    draw(rows, folder / "full" / "differences.png", "frozen less ordinary")
    if fresh:
        found = figure_rows(groups(records, fresh))
        draw(found, folder / "control" / "differences.png", "difference")
    write_between_markers(README, text(records, fresh))
    write_between_markers(CARD, summary(records))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the sizes")
    parser.add_argument("--print", action="store_true", help="print the tables, write no README")
    options = parser.parse_args(arguments)
    for size in ("full", "control"):
        if (options.results / size).exists():
            gather(options.results / size)
    records, fresh = read_both(options.results)
    if options.print:
        print(text(records, fresh))
    else:
        write(records, fresh, options.results)


if __name__ == "__main__":
    main()
