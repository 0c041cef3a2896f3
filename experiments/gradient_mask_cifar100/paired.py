"""The values in each arm's line of the table: differences from no mask, paired by seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.common.paired import Difference, adjust, difference
from experiments.common.records import Records, Runs


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        arm: Name of the arm.
        seeds: Number of seeds.
        mean: Mean test accuracy.
        deviation: Standard deviation of the test accuracy over seeds.
        accuracy: Difference in test accuracy from the arm without masks.
        loss: Difference in test loss.
        train: Training accuracy after the last epoch.
        first_layer: Squared norm of the first kernel's gradient with masks, as a share of that
            without, at the start (of one seed's training) and at the end (of all).
        kept: Share of positions that pass, the mean over layers at the end; None for prototypes.
        seconds: Median duration of a run.
    """

    arm: str
    seeds: int
    mean: float
    deviation: float
    accuracy: Difference
    loss: Difference
    train: float
    first_layer: tuple[float, float]
    kept: float | None
    seconds: float


def rows(records: Records, baseline: str = "none") -> list[Row]:
    """Returns a row for every arm with at least two seeds in common with the baseline."""
    base = records[baseline]
    arms = [arm for arm, runs in records.items() if len(set(runs) & set(base)) > 1]
    arms.remove(baseline)
    accuracies = adjust([difference(records[arm], base) for arm in arms])
    masked = [_row(arm, records[arm], base, d) for arm, d in zip(arms, accuracies, strict=True)]
    return [_row(baseline, base, base, difference(base, base)), *masked]


def _row(arm: str, runs: Runs, base: Runs, accuracy: Difference) -> Row:
    common = [runs[seed] for seed in sorted(set(runs) & set(base))]
    tested = np.array([run["test_accuracy"] for run in common])
    kept = [share for run in common for share in run["at_end"]["kept"]]
    return Row(
        arm=arm,
        seeds=len(common),
        mean=float(tested.mean()),
        deviation=float(tested.std(ddof=1)),
        accuracy=accuracy,
        loss=difference(runs, base, "test_loss"),
        train=float(np.mean([run["train_accuracy"] for run in common])),
        first_layer=(_first_layer(common, "at_start"), _first_layer(common, "at_end")),
        kept=float(np.mean(kept)) if kept else None,
        seconds=float(np.median([run["seconds"] for run in common])),
    )


def _first_layer(runs: list[dict[str, Any]], when: str) -> float:
    shares = [run[when]["first_layer"] for run in runs if run[when]]
    return float(np.mean(shares)) if shares else float("nan")
