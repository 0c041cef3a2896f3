"""How much better the best of several looks than it is."""

from __future__ import annotations

from functools import cache
from math import erf, sqrt

import numpy as np


def luck_of_the_best(accuracies: np.ndarray) -> float:
    """Returns how far the best mean would lie above all means if the rows were equally good.

        a_ts = m + t_t + s_s + e_ts,   t = 0,   luck = E[max of T normals] sd(e) / sqrt(S)

    Each seed has its own images and weights, which are the same for every trial (s): they cancel.
    What remains is the scatter e, estimated from the accuracies less the means of rows and columns.

    Args:
        accuracies: Array of shape `(trials, seeds)`.

    Returns:
        In the unit of the accuracies; `NaN` with fewer than two trials or seeds.
    """
    trials, seeds = accuracies.shape
    if trials < 2 or seeds < 2:
        return float("nan")
    rows, columns = accuracies.mean(axis=1, keepdims=True), accuracies.mean(axis=0)
    e = accuracies - rows - columns + accuracies.mean()
    variance = (e**2).sum() / ((trials - 1) * (seeds - 1))
    return float(largest_of_normals(trials) * sqrt(variance / seeds))


@cache
def largest_of_normals(count: int) -> float:
    """Returns the mean of the largest of so many independent standard normal numbers.

    E[max] = integral of x d(P(x)^n),   P the normal distribution function
    """
    x = np.linspace(-9.0, 9.0, 18_001)
    P = np.array([(1 + erf(one / sqrt(2))) / 2 for one in x])
    middle = (x[1:] + x[:-1]) / 2
    return float((middle * np.diff(P**count)).sum())
