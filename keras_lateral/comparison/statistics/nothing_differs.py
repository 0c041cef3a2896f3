"""How large a difference can be of which no pair of trainings shows anything."""

from __future__ import annotations

import math


def unseen_on_new_images(units: int, confidence: float = 0.95) -> float:
    """Returns the largest share of images that may differ although none of the tested ones does.

        (1 - q)^n = alpha,    q = 1 - alpha^(1 / n),    about 3 / n for 95 %: the rule of three

    A difference between two accuracies is no larger than the share of images in which they differ.

    Args:
        units: Number n of test images, or of units of several images that are drawn together.
        confidence: Confidence level 1 - alpha, between 0 and 1.

    Example:

    >>> from keras_lateral.comparison.statistics.nothing_differs import unseen_on_new_images
    >>> round(unseen_on_new_images(300), 3)
    0.01

    Reference:

    - Hanley, J. A., and Lippman-Hand, A. (1983). If Nothing Goes Wrong, Is Everything All Right?
    """
    return float(1 - (1 - confidence) ** (1 / units))


def unseen_in_pairs(pairs: int, confidence: float = 0.95) -> float:
    """Returns the largest mean, in steps, of differences that are all rounded to 0.

        sup_s P(|m + s z| < 1/2) <= phi(1) log((m + 1/2) / (m - 1/2)) = alpha^(1 / n)

    Normal differences with mean m and any deviation s are all rounded to 0 in n pairs no more
    often than this, since a normal density at x is at most phi(1) / x, whatever s is. Student's t
    asks for the deviation, which cannot be seen here: with two pairs and a deviation of one step it
    would allow for nine steps instead of 1.2.

    Args:
        pairs: Number n of pairs.
        confidence: Confidence level 1 - alpha, between 0 and 1.

    Example:

    >>> from keras_lateral.comparison.statistics.nothing_differs import unseen_in_pairs
    >>> [round(unseen_in_pairs(pairs), 2) for pairs in (2, 3, 30)]
    [1.16, 0.78, 0.52]
    """
    density = math.exp(-0.5) / math.sqrt(2 * math.pi)
    return 0.5 / math.tanh((1 - confidence) ** (1 / pairs) / (2 * density))
