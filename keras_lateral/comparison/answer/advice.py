"""What would settle a method that is open: more seeds, or more images."""

from __future__ import annotations

from keras_lateral.comparison.compared_runs import ComparedMethod
from keras_lateral.comparison.statistics.verdict import LEVEL
from keras_lateral.comparison.statistics.what_next import Advice, more_needed

MOST_SEEDS = 200
"""Up to this number of seeds, a command with so many is proposed.

The number follows from the spread of a few differences: with five of them it may as well be a third
of that, or eight times as much (the 95 % interval of a variance with four degrees of freedom).
"""


def advice_of(compared: ComparedMethod) -> Advice | None:
    """Returns what would settle a method, `None` if one pair says nothing about that.

    Where a method may help or may harm, it is a difference of the size that was seen; else the
    smallest difference of interest.
    """
    d = compared.difference
    if d.pairs < 2:
        return None
    seen = abs(d.mean) if compared.kind in ("may help", "may harm") else 0.0
    # Bonferroni's level, which Holm's method requires of the smallest p value.
    level = LEVEL / max(compared.methods, 1)
    return more_needed(d, max(compared.effect, seen), alpha=level)


def seeds_to_run(compared: ComparedMethod, advice: Advice | None) -> int | None:
    """Returns how many seeds to run in all, `None` if no number that can be run would do."""
    if advice is None:
        return None
    seeds = advice.seeds and max(advice.seeds, compared.difference.pairs + 1)
    return seeds if seeds and seeds <= MOST_SEEDS else None
