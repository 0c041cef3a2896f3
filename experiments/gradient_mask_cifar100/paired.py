"""Paired differences to the arm without masks, and what is left of them after many looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from experiments.gradient_mask_cifar100.records import Records


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        arm: Its name.
        seeds: How many.
        mean: Test accuracy.
        deviation: Of it, over seeds.
        difference: Mean of the paired differences to `none`.
        half_width: Of its 95 % interval (Student's t).
        p: Two-sided, of the paired t test.
        adjusted: The same after Benjamini and Hochberg, over all arms of the table.
        better: In how many seeds the arm was better than `none`.
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
    difference: float
    half_width: float
    p: float
    adjusted: float
    better: int
    train: float
    first_layer: tuple[float, float]
    kept: float | None
    seconds: float


def rows(records: Records, baseline: str = "none") -> list[Row]:
    """Returns a row for every arm with at least two seeds in common with the baseline."""
    base = records[baseline]
    paired = {
        arm: sorted(set(runs) & set(base))
        for arm, runs in records.items()
        if len(set(runs) & set(base)) > 1
    }
    tests = {arm: _paired(records[arm], base, seeds) for arm, seeds in paired.items()}
    others = [arm for arm in tests if arm != baseline]
    adjusted = dict(
        zip(others, stats.false_discovery_control([tests[arm][2] for arm in others]), strict=True)
        if others
        else ()
    )
    return [
        _row(arm, [records[arm][seed] for seed in seeds], tests[arm], adjusted.get(arm, 1.0))
        for arm, seeds in paired.items()
    ]


def _paired(runs: dict[int, Any], base: dict[int, Any], seeds: list[int]) -> tuple[Any, ...]:
    """Returns the mean difference, half of its interval, p, and how many are above 0."""
    d = np.array([runs[seed]["test_accuracy"] - base[seed]["test_accuracy"] for seed in seeds])
    error = d.std(ddof=1) / np.sqrt(len(d))
    if error == 0:
        return d.mean(), 0.0, 1.0, int((d > 0).sum())
    p = 2 * stats.t.sf(abs(d.mean()) / error, len(d) - 1)
    return d.mean(), error * stats.t.ppf(0.975, len(d) - 1), p, int((d > 0).sum())


def _row(arm: str, runs: list[dict[str, Any]], test: tuple[Any, ...], adjusted: float) -> Row:
    accuracy = np.array([run["test_accuracy"] for run in runs])
    kept = [share for run in runs for share in run["at_end"]["kept"]]
    difference, half_width, p, better = test
    return Row(
        arm=arm,
        seeds=len(runs),
        mean=float(accuracy.mean()),
        deviation=float(accuracy.std(ddof=1)),
        difference=float(difference),
        half_width=float(half_width),
        p=float(p),
        adjusted=float(adjusted),
        better=better,
        train=float(np.mean([run["train_accuracy"] for run in runs])),
        first_layer=(_first_layer(runs, "at_start"), _first_layer(runs, "at_end")),
        kept=float(np.mean(kept)) if kept else None,
        seconds=float(np.median([run["seconds"] for run in runs])),
    )


def _first_layer(runs: list[dict[str, Any]], when: str) -> float:
    shares = [run[when]["first_layer"] for run in runs if run[when]]
    return float(np.mean(shares)) if shares else float("nan")
