"""The tables of the README."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.common.documents import p_value, table_line
from experiments.common.paired import Difference
from experiments.common.records import Records
from experiments.receptive_field_freeze.config import SIZES
from experiments.receptive_field_freeze.rows import (
    Row,
    experiment_rows,
    mean_row,
    on_base_classes,
    time_ratios,
    transferred,
)

EXPERIMENT_HEAD = (
    "| experiment | paper: ordinary | frozen | difference | here: epochs before the fork | seeds "
    "| ordinary | frozen | difference, 95 % | better in |\n|" + 10 * "---|"
)
MEAN_HEAD = (
    "| validation accuracy | experiments | pairs | ordinary | frozen | difference "
    "| 95 %, over splits | p | 95 %, over pairs | p |\n|" + 10 * "---|"
)
TIME_HEAD = "| seconds of | pairs | frozen over ordinary, median | quartiles |\n|" + 4 * "---|"

STUDY, KERAS_DEFAULT = SIZES["full"].transfer_rates
MEASURES = {
    f"transfer at {STUDY:g}, mean of five last layers": transferred(STUDY),
    f"transfer at {STUDY:g}, one last layer, as the paper": transferred(STUDY, heads=1),
    f"transfer at {KERAS_DEFAULT:g}, mean of five last layers": transferred(KERAS_DEFAULT),
    "base classes, before the transfer": on_base_classes,
}
SERIES = {"1.x": ("1",), "2.x": ("2",), "both": ("1", "2")}


def experiment_table(records: Records) -> str:
    """Returns every experiment beside the paper's, in Markdown."""
    value = next(iter(MEASURES.values()))
    rows = [row for series in ("1", "2") for row in experiment_rows(records, series, value)]
    return "\n".join([EXPERIMENT_HEAD, *map(_experiment_line, rows)])


def mean_table(records: Records) -> str:
    """Returns the means over all experiments, in Markdown."""
    lines = [
        _mean_line(measure, mean_row(name, records, series, value))
        for measure, value in MEASURES.items()
        for name, series in SERIES.items()
    ]
    return "\n".join([MEAN_HEAD, *lines])


def short_table(records: Records) -> str:
    """Returns the means of the study's own measure, in Markdown."""
    measure, value = next(iter(MEASURES.items()))
    rows = [mean_row(name, records, series, value) for name, series in SERIES.items()]
    return "\n".join([MEAN_HEAD, *(_mean_line(measure, row) for row in rows)])


def difference_cells(row: Row) -> list[str]:
    """Returns a row's pairs, its two means, their difference and its intervals, as cells."""
    cells = ["" if row.pairs is None else str(row.pairs.seeds)]
    cells += _three(row.ordinary, row.frozen)
    for found in (row.splits, row.pairs):
        cells += ["", ""] if found is None else [_limits(found), p_value(found.p)]
    return cells


def time_table(records: Records) -> str:
    """Returns what a frozen epoch costs, in Markdown."""
    lines = [
        _time_line(label, time_ratios(records, name))
        for label, name in (
            ("a step, without the first of the epoch", "step_seconds"),
            ("an epoch of 100 steps, tracing included", "epoch_seconds"),
        )
    ]
    return "\n".join([TIME_HEAD, *lines])


def _experiment_line(row: Row) -> str:
    paper = row.paper or {}
    cells = [row.name, *_three(paper["ordinary"], paper["frozen"]), f"{row.epochs:.1f}"]
    cells += ["" if row.pairs is None else str(row.pairs.seeds)]
    cells += [f"{row.ordinary:.3f}", f"{row.frozen:.3f}"]
    d = row.splits or row.pairs
    cells += ["", ""] if d is None else [_interval(d), f"{d.better} of {d.seeds}"]
    return table_line(cells)


def _mean_line(measure: str, row: Row) -> str:
    return table_line([measure, row.name, *difference_cells(row)])


def _time_line(label: str, ratios: Sequence[float]) -> str:
    low, median, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    return table_line([label, str(len(ratios)), f"{median:.3f}", f"{low:.3f} to {high:.3f}"])


def _three(ordinary: float, frozen: float) -> list[str]:
    return [f"{ordinary:.3f}", f"{frozen:.3f}", f"{frozen - ordinary:+.3f}"]


def _interval(d: Difference) -> str:
    return f"{d.mean:+.3f} ± {d.half_width:.3f}"


def _limits(d: Difference) -> str:
    return f"{d.mean - d.half_width:+.4f} to {d.mean + d.half_width:+.4f}"
