"""Differences between arms, paired by seed, and what is left of them after many looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from experiments.common.records import Runs


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
