"""How many seeds or images would settle a method that is open."""

from __future__ import annotations

from dataclasses import dataclass

from keras_lateral.comparison.compared_runs import ComparedMethod, ComparedRuns
from keras_lateral.comparison.statistics.seeds_needed import seeds_needed
from keras_lateral.comparison.statistics.verdict import LEVEL

MOST_SEEDS = 200
"""Up to this number of seeds, it is said how many would settle a method.

The number follows from the spread of a few differences: with five of them it may as well be a third
of that, or eight times as much (the 95 % interval of a variance with four degrees of freedom).
"""


@dataclass(frozen=True)
class SeedAdvice:
    """What would settle a method.

    Args:
        seeds: Number of seeds in all; `None` if no number that can be run would.
        floor: Half the width of the interval that these images leave with any number of seeds.
        images: Number of test images in all that would, with the seeds there are; `None` if it is
            not known.
    """

    seeds: int | None
    floor: float = 0.0
    images: int | None = None


def advice_of(compared: ComparedMethod, comparison: ComparedRuns) -> SeedAdvice:
    """Returns what would settle a method."""
    given = getattr(compared, "advice", None)
    if given is not None:
        seeds = given.seeds if given.seeds and given.seeds <= MOST_SEEDS else None
        return SeedAdvice(seeds, given.floor, given.images)
    d, methods = compared.difference, max(compared.methods, 1)
    if d.pairs < 2:
        return SeedAdvice(5)
    # Bonferroni's level, which Holm's method requires of the smallest p value.
    needed = seeds_needed(d.deviation, compared.effect, alpha=LEVEL / methods)
    needed = needed and max(needed, d.pairs + 1)
    return SeedAdvice(needed if needed and needed <= MOST_SEEDS else None)
