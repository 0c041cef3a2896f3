"""A p value as text, and why it can differ from what its interval says."""

from __future__ import annotations

from keras_lateral.comparison.statistics.verdict import LEVEL

ASKS_MORE = (
    "it is adjusted for the number of methods and, on new images, asks a little more even of one: "
    "the spread between the seeds always counts, and that of fewer than five has to show the "
    "difference by itself"
)
"""Why a p value can be above 0.05 where the interval does not hold 0."""

P_NOTE = f"An interval can exclude 0 where p is above {LEVEL}. p is the stricter: {ASKS_MORE}."


def p_text(p: float) -> str:
    """Returns a p value as text; one that would round to 0 is given as an upper bound.

    Example:

    >>> from keras_lateral.comparison.statistics.p_text import p_text
    >>> p_text(0.04), p_text(1e-9), p_text(float("nan"))
    ('0.040', '< 0.001', 'unknown')
    """
    if p != p:
        return "unknown"
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def is_stricter(low: float, high: float, p: float) -> bool:
    """Returns whether an interval does not hold 0 although p is above 0.05."""
    return (low > 0 or high < 0) and p > LEVEL
