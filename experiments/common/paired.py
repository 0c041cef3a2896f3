"""Differences between arms, paired by seed, and their adjustment for many looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy import stats

from experiments.common.records import Runs
from keras_lateral import paired_difference


@dataclass(frozen=True)
class Difference:
    """The difference of a value between two arms, over the seeds that both have.

    Args:
        seeds: Number of seeds.
        mean: Mean of the differences.
        half_width: Half the width of their 95 % interval (Student's t).
        better: How many differences are above 0.
        p: Two-sided p-value of the paired t test.
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
    first, second = ([arm[seed][value] for seed in seeds] for arm in (others, runs))
    d = paired_difference(first, second)
    return Difference(d.pairs, d.mean, (d.high - d.low) / 2, d.better, d.p)


def adjust(differences: Sequence[Difference]) -> list[Difference]:
    """Returns the differences with `adjusted` filled in."""
    adjusted = stats.false_discovery_control([d.p for d in differences])
    return [replace(d, adjusted=float(p)) for d, p in zip(differences, adjusted, strict=True)]
