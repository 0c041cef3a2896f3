"""The values in each arm's line of the tables: paired differences, and where its layers ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.common.paired import Difference, adjust, difference
from experiments.common.records import Records, Runs
from experiments.frame_regularizer_cifar100.config import ARMS

SLACK = 0.05
"""A layer has reached a bound when it is within 5 % of it."""


@dataclass(frozen=True)
class Layers:
    """Bounds of the convolutions of an arm, medians over its seeds.

    Args:
        lowest: Smallest A of a layer.
        lower: A of the median layer.
        upper: B of the median layer.
        highest: Largest B of a layer.
        penalty: Sum of R, with the arm's own bounds or with 0.5 and 2.
        reached: Number of layers within these bounds, the mean over seeds.
        count: Number of layers.
    """

    lowest: float
    lower: float
    upper: float
    highest: float
    penalty: float
    reached: float
    count: int


@dataclass(frozen=True)
class Row:
    """One line of the tables.

    Args:
        arm: Name of the arm.
        seeds: Number of seeds whose training finished.
        diverged: Number of seeds whose training diverged.
        mean: Mean test accuracy.
        deviation: Standard deviation of the test accuracy over seeds.
        accuracy: Difference in test accuracy from the baseline.
        loss: Difference in test loss.
        train: Training accuracy.
        start: The layers before training.
        end: The layers after it.
    """

    arm: str
    seeds: int
    diverged: int
    mean: float
    deviation: float
    accuracy: Difference | None
    loss: Difference | None
    train: float
    start: Layers
    end: Layers


def rows(records: Records, baseline: str = "none") -> list[Row]:
    """Returns a row for every arm with a finished run, in the order of the arms."""
    ended = {
        arm: {seed: run for seed, run in runs.items() if _ended(run)}
        for arm, runs in records.items()
    }
    arms = [arm for arm in ARMS if ended.get(arm)]
    base = ended[baseline]
    paired = [arm for arm in arms if arm != baseline and len(set(ended[arm]) & set(base)) > 1]
    found = adjust([difference(ended[arm], base) for arm in paired]) if paired else []
    accuracies = dict(zip(paired, found, strict=True))
    losses = {arm: difference(ended[arm], base, "test_loss") for arm in paired}
    return [
        _row(arm, ended[arm], len(records[arm]), accuracies.get(arm), losses.get(arm))
        for arm in arms
    ]


def diverged(records: Records) -> list[str]:
    """Returns the arms of which no run finished."""
    return [arm for arm in ARMS if records.get(arm) and not any(map(_ended, records[arm].values()))]


def _ended(run: dict[str, Any]) -> bool:
    """Returns whether all weights are finite; other values are None in the records."""
    return None not in (run["test_loss"], *run["at_end"]["penalty"], *run["at_end"]["upper"])


def _row(
    arm: str, ended: Runs, count: int, accuracy: Difference | None, loss: Difference | None
) -> Row:
    runs = list(ended.values())
    tested = np.array([run["test_accuracy"] for run in runs])
    return Row(
        arm=arm,
        seeds=len(runs),
        diverged=count - len(runs),
        mean=float(tested.mean()),
        deviation=float(tested.std(ddof=1)) if len(runs) > 1 else float("nan"),
        accuracy=accuracy,
        loss=loss,
        train=float(np.mean([run["train_accuracy"] for run in runs])),
        start=_layers(arm, [run["at_start"] for run in runs]),
        end=_layers(arm, [run["at_end"] for run in runs]),
    )


def _layers(arm: str, states: Sequence[dict[str, Any]]) -> Layers:
    low, high, penalty = (
        np.array([state[name][:-1] for state in states])  # without the dense layer, the last
        for name in ("lower", "upper", "penalty")
    )
    least, most = ARMS[arm].yardstick
    within = np.ones_like(low, bool)
    if least is not None:
        within &= low >= least * (1 - SLACK)
    if most is not None:
        within &= high <= most * (1 + SLACK)
    return Layers(
        lowest=float(np.median(low.min(1))),
        lower=float(np.median(np.median(low, 1))),
        upper=float(np.median(np.median(high, 1))),
        highest=float(np.median(high.max(1))),
        penalty=float(np.median(penalty.sum(1))),
        reached=float(within.sum(1).mean()),
        count=low.shape[1],
    )
