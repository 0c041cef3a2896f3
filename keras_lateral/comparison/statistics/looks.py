"""Error rates that hold although one looks at the difference after every pair."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from keras_lateral.comparison.statistics.new_images import test_degrees
from keras_lateral.comparison.statistics.paired_difference import (
    PairedDifference,
    scipy_stats,
    student_interval,
)

FIRST = 5
"""Number of pairs at the first look: with fewer, a difference has to be so large, for all looks
together to be wrong in one of twenty comparisons only, that it is hardly ever seen."""

PATHS = 40_000
"""Simulated comparisons without a difference, from which the levels are read."""


def at_look(
    d: PairedDifference, *, most: int, first: int = FIRST, largest: float = math.inf
) -> PairedDifference:
    """Returns a difference whose interval and p value hold at every look together.

        p* = P(min over looks j of p_j most / j <= p_k most / k),    interval of confidence 1 - a_k

    To look after each pair and to stop as soon as something shows gives many chances of being
    wrong. The p value after k pairs is replaced by how likely one that says as much is at any
    look, from `first` to `most` pairs, if there is no difference. The interval is widened so that
    the true difference is in it at all looks together as often as its confidence says. Both may
    then be used as if there were a single look: adjusted for several methods after Holm, compared
    with a smallest difference of interest, stopped on. What was settled stays settled.

    Levels grow with the pairs, a_k = a k / most: early looks, which show large differences only,
    take little from the last one. In simulations with 30 pairs at most, a difference of half its
    standard deviation is seen with 66 instead of 76 %, after 22 pairs on average; one of 0.8
    standard deviations after 15, one of twice the standard deviation after 7.

    The looks of Student's t over independent pairs are the least alike that looks can be. Those of
    `crossed_difference` and `folded_difference` share their images, so their errors are rarer.

    Args:
        d: The difference after `d.pairs` pairs, of any of the functions here.
        most: Number of pairs at which the comparison stops in any case.
        first: Number of pairs at the first look, 3 or more.
        largest: Largest difference that is possible.

    Returns:
        The difference with other `low`, `high` and `p`. Before the first look its interval is
        everything that is possible and its p value 1.

    Raises:
        ValueError: If the numbers of pairs are in no order.

    Example:

    >>> from keras_lateral import at_look, paired_difference
    >>> d = paired_difference([0.50, 0.61, 0.55, 0.57, 0.52], [0.53, 0.65, 0.57, 0.61, 0.56])
    >>> look = at_look(d, most=30)
    >>> d.p < look.p, look.low < d.low
    (True, True)

    Reference:

    - Lan, K. K. G., and DeMets, D. L. (1983). Discrete Sequential Boundaries for Clinical Trials.
      Biometrika 70.
    """
    _check_looks(first, most, d.pairs)
    if d.pairs < first or math.isnan(d.error) or not d.degrees:
        return replace(d, low=-largest, high=largest, p=1.0)
    level = level_at_look(d.pairs, 1 - d.confidence, most=most, first=first)
    low, high = student_interval(d.mean, d.error, test_degrees(d), 1 - level, largest)
    return replace(d, low=low, high=high, p=_any_look_p(d.p, d.pairs, first, most))


def level_at_look(pairs: int, alpha: float = 0.05, *, most: int, first: int = FIRST) -> float:
    """Returns the level a_k of one look, with which all looks together are wrong at most `alpha`.

    Args:
        pairs: Number of pairs at this look.
        alpha: Level of all looks together.
        most: Number of pairs at the last look.
        first: Number of pairs at the first.

    Example:

    >>> from keras_lateral.comparison.statistics.looks import level_at_look
    >>> level_at_look(5, 0.05, most=5)  # a single look
    0.05
    >>> level_at_look(5, 0.05, most=30) < 0.05 / 10 < level_at_look(30, 0.05, most=30) < 0.05
    True
    """
    _check_looks(first, most, pairs)
    if first == most:
        return alpha
    simulated = float(np.quantile(_smallest_p(first, most), alpha))
    return max(simulated, alpha / _sum_of_shares(first, most)) * pairs / most


def _any_look_p(p: float, pairs: int, first: int, most: int) -> float:
    """Returns p*, which is not above the sum of all looks' p values."""
    if first == most:
        return p
    scaled = p * most / pairs
    smallest = _smallest_p(first, most)
    simulated = (np.searchsorted(smallest, scaled, side="right") + 1) / (len(smallest) + 1)
    return min(float(simulated), scaled * _sum_of_shares(first, most), 1.0)


def _sum_of_shares(first: int, most: int) -> float:
    return sum(range(first, most + 1)) / most


@lru_cache(maxsize=8)
def _smallest_p(first: int, most: int) -> np.ndarray:
    """Returns min_k p_k most / k of comparisons without a difference, sorted.

    The p values are those of Student's t over independent pairs.
    """
    generator, k = np.random.default_rng(0), np.arange(first, most + 1)
    smallest = []
    for _ in range(10):  # in parts, since all at once would take much memory
        d = generator.standard_normal((PATHS // 10, most))
        sums, squares = d.cumsum(axis=1)[:, k - 1], (d**2).cumsum(axis=1)[:, k - 1]
        deviation = np.sqrt((squares - sums**2 / k) / (k - 1))
        t = np.abs(sums) / (deviation * np.sqrt(k))
        p = 2 * scipy_stats().t.sf(t, k - 1)
        smallest.append((p * most / k).min(axis=1))
    return np.sort(np.concatenate(smallest))


def _check_looks(first: int, most: int, pairs: int) -> None:
    if not 3 <= first <= most or pairs > most:
        raise ValueError(
            "Invalid value for arguments `first` and `most`. Expected 3 <= first <= most, and no "
            f"more pairs than `most`. Received: first={first}, most={most}, {pairs} pairs"
        )
