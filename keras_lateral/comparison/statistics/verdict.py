"""Verdicts in words that say only what the numbers support."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from keras_lateral.comparison.measures import Measure
from keras_lateral.comparison.statistics.paired_difference import PairedDifference
from keras_lateral.comparison.statistics.seeds_needed import seeds_needed

LEVEL = 0.05

MOST_SEEDS = 1000
"""Up to this number of seeds, a verdict says how many would be needed.

A thousand pairs of trainings of only one minute each take a day and a half. And the number follows
from the spread of a few differences: with five of them it may as well be a third of that, or eight
times as much (the 95 % interval of a variance with four degrees of freedom).
"""

Kind = Literal["helps", "harms", "may help", "may harm", "no difference seen", "unknown"]


def kind_of_verdict(d: PairedDifference, adjusted: float, measure: Measure) -> Kind:
    """Returns the verdict in short.

    Args:
        d: The difference to the baseline.
        adjusted: Its p value, adjusted for all methods of the comparison.
        measure: The measure.
    """
    if d.pairs < 2:
        return "unknown"
    gains = (d.mean > 0) == measure.higher_is_better
    if adjusted <= LEVEL:
        return "helps" if gains else "harms"
    if d.p <= LEVEL:
        return "may help" if gains else "may harm"
    return "no difference seen"


def verdict(
    d: PairedDifference, adjusted: float, measure: Measure, *, methods: int = 1, effect: float
) -> str:
    """Returns a sentence about one method.

    Args:
        d: The difference to the baseline.
        adjusted: Its p value, adjusted for all methods of the comparison.
        measure: The measure.
        methods: Number of methods compared with the baseline.
        effect: The smallest difference of interest, in the measure's own scale.
    """
    kind = kind_of_verdict(d, adjusted, measure)
    if kind == "unknown":
        return "one pair says nothing about chance; use at least two seeds"
    size = f"{_size(abs(d.mean), measure)} {measure.unit}"
    if kind == "no difference seen":
        interval = f"{measure.show(d.low, sign=True)} to {measure.show(d.high, sign=True)}"
        return f"no difference seen with {d.pairs} seeds (interval {interval}); " + _words_on_seeds(
            d, measure, methods, effect
        )
    ends = sorted((d.low, d.high)) if d.mean > 0 else sorted((-d.low, -d.high))
    interval = f"interval {measure.show(ends[0])} to {measure.show(ends[1])}"
    if kind in ("helps", "harms"):
        return f"{kind} by {size}, {interval}"
    return (
        f"{kind} by {size}, {interval}, but chance alone makes one of {methods} methods look so "
        f"in up to {100 * adjusted:.0f} of 100 comparisons; "
        + _words_on_seeds(d, measure, methods, abs(d.mean))
    )


def check_effect(effect: Any) -> None:
    """Raises if a number cannot be the smallest difference in accuracy that is of interest."""
    is_number = isinstance(effect, (int, float, np.number)) and not isinstance(effect, bool)
    if not is_number or not 0 < effect <= 1:
        raise ValueError(
            "Invalid value for argument `effect`. Expected a difference in accuracy, above 0 and "
            f"at most 1: 0.005 is half a point. Received: effect={effect!r}"
        )


def _size(value: float, measure: Measure) -> str:
    """Returns a size as text, with more digits where it would be shown as 0."""
    text = measure.show(value)
    return text if float(text) or not value else f"{measure.scale * value:.1g}"


def _words_on_seeds(d: PairedDifference, measure: Measure, methods: int, effect: float) -> str:
    # Bonferroni's level, which Holm's method requires of the smallest p value.
    n = seeds_needed(d.deviation, effect, alpha=LEVEL / max(methods, 1))
    shown = f"{_size(effect, measure)} {measure.unit}"
    if n is None or n > MOST_SEEDS:
        return (
            f"far more seeds than can be run, over {MOST_SEEDS:,}, would be needed to see {shown}"
        )
    if n <= d.pairs:
        return f"so many would mostly have shown {shown}"
    return f"about {n} would be needed to see {shown}"
