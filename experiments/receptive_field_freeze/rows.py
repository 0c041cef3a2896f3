"""What each line of the tables says: the worth of features without and with a frozen epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.common.paired import Difference, difference
from experiments.common.records import Records, Runs
from experiments.receptive_field_freeze.config import PAPER, SPLITS

Value = Callable[[dict[str, Any]], float]
"""From one arm of one experiment to a number."""


@dataclass(frozen=True)
class Row:
    """One experiment, or the mean over several.

    Args:
        name: Its number, such as `"1.3"`, or what it is the mean of.
        epochs: Before the fork, the mean.
        ordinary: Mean of the value of model 1.
        frozen: Mean of the value of model 2.
        pairs: Difference over all pairs of models, or None if there is one pair only.
        splits: The same over the means of the splits, which is what new splits would show; None
            for a single split.
        paper: The published values, where there are any.
    """

    name: str
    epochs: float
    ordinary: float
    frozen: float
    pairs: Difference | None
    splits: Difference | None = None
    paper: dict[str, float] | None = None


def transferred(rate: float, heads: int | None = None) -> Value:
    """Returns the validation accuracy after the transfer, the mean over the new last layers.

    Args:
        rate: Learning rate of the transfer.
        heads: How many last layers count, or None for all.
    """

    def value(arm: dict[str, Any]) -> float:
        return float(np.mean([one["accuracy"] for one in arm["transfer"][f"{rate:g}"][:heads]]))

    return value


def on_base_classes(arm: dict[str, Any]) -> float:
    """Returns the validation accuracy on the base classes, before the transfer."""
    return float(arm["base"]["accuracy"])


def experiment_rows(records: Records, series: str, value: Value) -> list[Row]:
    """Returns a row for each split of experiments 1.x or 2.x, and the mean at the end."""
    rows = [
        _row(f"{series}.{split}", {split: runs}, (series,), value)
        for split, runs in ((split, records.get(split, {})) for split in SPLITS)
        if runs
    ]
    return [*rows, mean_row(f"mean of {series}.x", records, (series,), value)]


def mean_row(name: str, records: Records, series: Sequence[str], value: Value) -> Row:
    """Returns the mean over all splits; of a run that is in several series, over these first."""
    row = _row(name, records, series, value)
    published = [PAPER[f"{one}.{split}"] for one in series for split in SPLITS]
    paper = {arm: float(np.mean([one[arm] for one in published])) for arm in published[0]}
    return Row(**{**vars(row), "splits": _over_splits(records, series, value), "paper": paper})


def _row(name: str, records: Records, series: Sequence[str], value: Value) -> Row:
    """Returns the row over all pairs of models."""
    ordinary, frozen = (_by_pair(records, series, arm, value) for arm in ("ordinary", "frozen"))
    runs = [run for of_split in records.values() for run in of_split.values()]
    epochs = [run[one]["epochs"] for run in runs for one in series]
    return Row(
        name=name,
        epochs=float(np.mean(epochs)),
        ordinary=_mean(ordinary),
        frozen=_mean(frozen),
        pairs=difference(frozen, ordinary, "value") if len(frozen) > 1 else None,
        paper=PAPER.get(name),
    )


def _by_pair(records: Records, series: Sequence[str], arm: str, value: Value) -> Runs:
    """Returns the value of every run; runs of different splits are different ones."""
    found = [
        float(np.mean([value(run[one][arm]) for one in series]))
        for runs in records.values()
        for run in runs.values()
    ]
    return {number: {"value": one} for number, one in enumerate(found)}


def _over_splits(records: Records, series: Sequence[str], value: Value) -> Difference | None:
    ordinary, frozen = (
        {
            number: {"value": _mean(_by_pair({split: runs}, series, arm, value))}
            for number, (split, runs) in enumerate(sorted(records.items()))
        }
        for arm in ("ordinary", "frozen")
    )
    return difference(frozen, ordinary, "value") if len(frozen) > 1 else None


def _mean(runs: Runs) -> float:
    return float(np.mean([run["value"] for run in runs.values()]))


def time_ratios(records: Records, name: str) -> list[float]:
    """Returns seconds of the frozen epoch over those of the ordinary one, for every pair."""
    return [
        run[series]["frozen"]["base"][name] / run[series]["ordinary"]["base"][name]
        for runs in records.values()
        for run in runs.values()
        for series in ("1", "2")
        if series in run
    ]
