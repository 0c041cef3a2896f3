"""Verdicts in words that say only what the numbers support."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from keras_lateral.comparison.measures import Measure
from keras_lateral.comparison.statistics.equivalence import is_within
from keras_lateral.comparison.statistics.interval_text import interval_text, says_nothing
from keras_lateral.comparison.statistics.paired_difference import PairedDifference

LEVEL = 0.05

Kind = Literal["helps", "harms", "practically the same", "may help", "may harm", "not known yet"]


def kind_of_verdict(d: PairedDifference, adjusted: float, measure: Measure, effect: float) -> Kind:
    """Returns the verdict in short.

    Args:
        d: The difference to the baseline.
        adjusted: Its p value, adjusted for all methods of the comparison.
        measure: The measure.
        effect: The smallest difference of interest, in the measure's own scale: where the interval
            lies within plus or minus this, the two are practically the same, even if they differ
            beyond chance.
    """
    if is_within(d, effect):
        return "practically the same"
    gains = (d.mean > 0) == measure.higher_is_better
    if adjusted <= LEVEL:
        return "helps" if gains else "harms"
    if d.low > 0 or d.high < 0:
        return "may help" if gains else "may harm"
    return "not known yet"


def verdict(
    d: PairedDifference, adjusted: float, measure: Measure, *, methods: int = 1, effect: float
) -> str:
    """Returns a short sentence about one method: by how much, of what, and on which images.

    Args:
        d: The difference to the baseline.
        adjusted: Its p value, adjusted for all methods of the comparison.
        measure: The measure.
        methods: Number of methods compared with the baseline.
        effect: The smallest difference of interest, in the measure's own scale.
    """
    kind = kind_of_verdict(d, adjusted, measure, effect)
    if d.pairs < 2:
        return (
            f"not known yet: at least two seeds are needed to judge chance{_this_pair(d, measure)}"
        )
    on = " on new images" if d.images else " on these test images"
    if d.low == d.high == d.error == 0:
        return f"{kind}: none of these trainings differs from the baseline's"
    if kind == "practically the same":
        return f"{kind}: {_small(d, adjusted, measure, effect)}{on}, {_from_to(d, measure)}"
    if kind == "not known yet":
        signed = f"{measure.show(d.mean, sign=True)} {measure.unit} of {measure.title}"
        if says_nothing((d.low, d.high), d.too_wide):
            return f"not known yet: {signed}{on}, {interval_text(d, measure)} more"
        return f"not known yet: {signed}{on}, {_from_to(d, measure)}"
    size = f"{_size(abs(d.mean), measure)} {measure.unit} of {measure.title}"
    turned = d if d.mean > 0 else replace(d, low=-d.high, high=-d.low)
    interval = _from_to(turned, measure, sign=turned.low < 0)
    if kind in ("helps", "harms"):
        return f"{kind} by {size}{on}, {interval}"
    what = f"one of {methods} methods" if methods > 1 else "a method"
    return (
        f"{kind} by {size}{on}, {interval}, but chance alone makes {what} look so in up to "
        f"{100 * adjusted:.0f} of 100 comparisons"
    )


def _small(d: PairedDifference, adjusted: float, measure: Measure, effect: float) -> str:
    """Returns by how much a method is better or worse, if it is so beyond chance."""
    limit = f"the {_size(effect, measure)} {measure.unit} of interest"
    if adjusted > LEVEL:
        return f"less than {limit} in {measure.title}"
    better = (d.mean > 0) == measure.higher_is_better
    size = f"{'better' if better else 'worse'} by {_size(abs(d.mean), measure)}"
    return f"{size}, less than {limit} in {measure.title}"


def _from_to(d: PairedDifference, measure: Measure, *, sign: bool = True) -> str:
    return f"interval {measure.show(d.low, sign=sign)} to {measure.show(d.high, sign=sign)}"


def _this_pair(d: PairedDifference, measure: Measure) -> str:
    return f" (this pair: {measure.show(d.mean, sign=True)} {measure.unit} of {measure.title})"


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
