"""An interval in words, or that it says nothing."""

from __future__ import annotations

from keras_lateral.comparison.measures import Measure
from keras_lateral.comparison.statistics.paired_difference import PairedDifference

TOO_FEW = "too few pairs to know"
"""Stands in the place of an interval that says nothing."""

TOO_FEW_NOTE = (
    "The interval goes from 50 points worse to 50 points "
    "better or beyond; for loss, calibration error and time, from nothing to twice the baseline's "
    "mean or beyond."
)


def says_nothing(ends: tuple[float, float], too_wide: float) -> bool:
    """Returns whether an interval reaches so far to both sides of 0 that it is of no use."""
    low, high = ends
    return low < 0 < high and min(-low, high) >= too_wide


def interval_text(
    d: PairedDifference, measure: Measure, ends: tuple[float, float] | None = None
) -> str:
    """Returns an interval as text, "" of a single pair.

    Args:
        d: A difference.
        measure: Its measure.
        ends: Another interval of it, `d.these_images` for example; by default `(d.low, d.high)`.

    Example:

    >>> from keras_lateral import measure_of, paired_difference
    >>> from keras_lateral.comparison.statistics.interval_text import interval_text
    >>> accuracy, d = measure_of("accuracy"), paired_difference([0.5, 0.5, 0.5], [0.6, 0.5, 0.7])
    >>> interval_text(d, accuracy)
    '-14.8 to +34.8'
    >>> interval_text(paired_difference([0.5, 0.5], [0.4, 0.6], largest=1.0), accuracy)
    'too few pairs to know'
    """
    if d.pairs < 2:
        return ""
    text = ends_text(ends or (d.low, d.high), measure, d.too_wide)
    return text if d.images != 1 else text.replace("pairs", "images")


def nothing_differs_text(*, new_images: bool, same_images: bool, same_weights: bool = False) -> str:
    """Returns why a difference that is 0 in every pair has an interval.

    Args:
        new_images: Whether there are such intervals for new images.
        same_images: Whether there are such intervals for the same images.
        same_weights: Whether a method changed nothing, and has no interval around its 0.
    """
    new = "of as many new images as were tested, up to three may still be classified differently"
    parts = [f"{new} (the rule of three)"] if new_images else []
    parts += ["of the same images, about one may be in other trainings"] if same_images else []
    text = f"Where every difference is 0, the interval is not: {'; '.join(parts)}."
    return f"{text} {_SAME_WEIGHTS}" if same_weights else text


_SAME_WEIGHTS = (
    "Where all trainings of a method ended with the very weights of the baseline's, there is no "
    "interval around the 0; what acts in some trainings only, such as early stopping, may still "
    "act with other seeds."
)


def ends_text(ends: tuple[float, float], measure: Measure, too_wide: float) -> str:
    """Returns the ends of an interval as text, or that there are too few pairs for one."""
    if says_nothing(ends, too_wide):
        return TOO_FEW
    shown = [measure.show(end, sign=True) for end in ends]
    if any(ends) and not any(map(float, shown)):  # what is small is still not 0
        shown = [f"{measure.scale * end:+.1g}" for end in ends]
    return " to ".join(shown)
