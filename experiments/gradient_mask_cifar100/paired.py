"""Differences between arms, paired by seed, and what is left of them after many looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from experiments.gradient_mask_cifar100.records import Records

Runs = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """Of a value between two arms, over the seeds that both have.

    Args:
        seeds: How many.
        mean: Of the differences.
        half_width: Of their 95 % interval (Student's t).
        better: How many are above 0.
        p: Two-sided, of the paired t test.
        adjusted: The same after Benjamini and Hochberg, over all arms of a table.
    """

    seeds: int
    mean: float
    half_width: float
    better: int
    p: float
    adjusted: float = 1.0


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        arm: Its name.
        seeds: How many.
        mean: Test accuracy.
        deviation: Of it, over seeds.
        accuracy: Difference of the test accuracy to the arm without masks.
        loss: Difference of the test loss.
        train: Training accuracy after the last epoch.
        first_layer: Squared norm of the first kernel's gradient with masks, as a share of that
            without, at the start (of one seed's training) and at the end (of all).
        kept: Share of positions that pass, the mean over layers at the end; None for prototypes.
        seconds: Median of a run.
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


def difference(runs: Runs, others: Runs, value: str = "test_accuracy") -> Difference:
    """Returns the difference `runs` - `others`."""
    seeds = sorted(set(runs) & set(others))
    d = np.array([runs[seed][value] - others[seed][value] for seed in seeds])
    error = d.std(ddof=1) / np.sqrt(len(d))
    p = 2 * stats.t.sf(abs(d.mean()) / error, len(d) - 1) if error > 0 else 1.0
    half_width = error * stats.t.ppf(0.975, len(d) - 1)
    return Difference(len(d), float(d.mean()), float(half_width), int((d > 0).sum()), float(p))


def adjust(differences: Sequence[Difference]) -> list[Difference]:
    """Fills in `adjusted`."""
    adjusted = stats.false_discovery_control([d.p for d in differences])
    return [replace(d, adjusted=float(p)) for d, p in zip(differences, adjusted, strict=True)]


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
