"""The values in each line of the tables: the worth of features without and with a frozen epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.common.paired import Difference, difference
from experiments.common.records import Records, Runs
from experiments.receptive_field_freeze.config import PAPER, SPLITS

Value = Callable[[dict[str, Any]], float]
"""From one arm of one experiment to a number."""

Arms = tuple[str, str]
MODELS: Arms = ("ordinary", "frozen")
"""Models 1 and 2 of the paper. `"control"` is a model 2 with other layers frozen."""


@dataclass(frozen=True)
class Row:
    """One experiment, or the mean over several.

    Args:
        name: Number of the experiment, such as `"1.3"`, or what it is the mean of.
        epochs: Mean number of epochs before the fork.
        ordinary: Mean of the value of model 1, or of the first of two arms.
        frozen: Mean of the value of model 2, or of the second.
        pairs: Difference over all pairs of models, or None if there is only one pair.
        splits: The same over the means of the splits, which is what new splits would show; None
            for a single split.
        paper: The published values, if there are any.
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
        return float(np.mean([head["accuracy"] for head in arm["transfer"][f"{rate:g}"][:heads]]))

    return value


def on_base_classes(arm: dict[str, Any]) -> float:
    """Returns the validation accuracy on the base classes, before the transfer."""
    return float(arm["base"]["accuracy"])


def experiment_rows(records: Records, series: str, value: Value) -> list[Row]:
    """Returns a row for each split of experiments 1.x or 2.x, and the mean at the end."""
    rows = [
        _row(f"{series}.{split}", {split: records[split]}, (series,), value)
        for split in SPLITS
        if records.get(split)
    ]
    return [*rows, mean_row(f"mean of {series}.x", records, (series,), value)]


def with_control(records: Records) -> Records:
    """Returns the runs that also have a model with other layers frozen."""
    tried = {
        split: {seed: run for seed, run in runs.items() if "control" in run["1"]}
        for split, runs in records.items()
    }
    return {split: runs for split, runs in tried.items() if runs}


def mean_row(
    name: str, records: Records, series: Sequence[str], value: Value, arms: Arms = MODELS
) -> Row:
    """Returns the mean over all splits, each with the same weight.

    Args:
        name: Name of the row.
        records: The runs.
        series: `"1"`, `"2"`, or both: then a run counts with the mean of the two.
        value: Returns the value of one arm.
        arms: The two arms to compare.
    """
    first, second = (_by_split(records, series, arm, value) for arm in arms)
    return replace(
        _row(name, records, series, value, arms),
        ordinary=_mean(first),
        frozen=_mean(second),
        splits=difference(second, first, "value") if len(first) > 1 else None,
        paper=_published(series) if arms == MODELS else None,
    )


def _row(
    name: str, records: Records, series: Sequence[str], value: Value, arms: Arms = MODELS
) -> Row:
    """Returns the row over all pairs of models."""
    first, second = (_by_pair(records, series, arm, value) for arm in arms)
    runs = [run for seeds in records.values() for run in seeds.values()]
    return Row(
        name=name,
        epochs=float(np.mean([run[number]["epochs"] for run in runs for number in series])),
        ordinary=_mean(first),
        frozen=_mean(second),
        pairs=difference(second, first, "value") if len(first) > 1 else None,
        paper=PAPER.get(name),
    )


def _by_pair(records: Records, series: Sequence[str], arm: str, value: Value) -> Runs:
    """Returns the value of every run, numbered across the splits."""
    means = [
        float(np.mean([value(run[number][arm]) for number in series]))
        for runs in records.values()
        for run in runs.values()
    ]
    return {place: {"value": mean} for place, mean in enumerate(means)}


def _by_split(records: Records, series: Sequence[str], arm: str, value: Value) -> Runs:
    """Returns the mean of every split's runs."""
    return {
        int(split): {"value": _mean(_by_pair({split: runs}, series, arm, value))}
        for split, runs in records.items()
    }


def _published(series: Sequence[str]) -> dict[str, float]:
    rows = [PAPER[f"{number}.{split}"] for number in series for split in SPLITS]
    return {arm: float(np.mean([row[arm] for row in rows])) for arm in MODELS}


def _mean(runs: Runs) -> float:
    return float(np.mean([run["value"] for run in runs.values()]))


def time_ratios(records: Records, name: str) -> list[float]:
    """Returns the seconds of the frozen epoch over those of the ordinary one, for every pair."""
    return [
        run[series]["frozen"]["base"][name] / run[series]["ordinary"]["base"][name]
        for runs in records.values()
        for run in runs.values()
        for series in ("1", "2")
        if series in run
    ]
