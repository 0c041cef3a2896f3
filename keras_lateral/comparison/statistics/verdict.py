"""Verdicts in words that say only what the numbers support."""

from __future__ import annotations

from typing import Literal

from keras_lateral.comparison.measures import Measure
from keras_lateral.comparison.statistics.paired_difference import PairedDifference
from keras_lateral.comparison.statistics.seeds_needed import seeds_needed

LEVEL = 0.05

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
    size = f"{measure.show(abs(d.mean))} {measure.unit}"
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


def _words_on_seeds(d: PairedDifference, measure: Measure, methods: int, effect: float) -> str:
    # Bonferroni's level, which Holm's method requires of the smallest p value.
    n = seeds_needed(d.deviation, effect, alpha=LEVEL / max(methods, 1))
    shown = f"{measure.show(effect)} {measure.unit}"
    if n is None:
        return f"no affordable number of seeds would show {shown}"
    if n <= d.pairs:
        return f"so many would mostly have shown {shown}"
    return f"about {n} would be needed to see {shown}"
