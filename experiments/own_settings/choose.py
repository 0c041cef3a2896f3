"""The rule of the choice: what lowered the loss most over all sets, and raised it in none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.own_settings.config import DEFAULTS, MOST_LOST, TRIED, arm_name

Gains = Mapping[str, Mapping[str, float]]
"""For each set, by how much each arm lowers the baseline's loss, in nats."""


def chosen(gains: Gains, method: str) -> float | str:
    """Returns the value with the largest mean gain over the sets.

    Values that raise a set's loss by more than `MOST_LOST` are left out, and the default stays
    where none is left or none is better.
    """
    default = DEFAULTS[method]
    values = TRIED[method]
    means = {value: mean_gain(gains, method, value) for value in values}
    allowed = [value for value in values if worst(gains, method, value) >= -MOST_LOST]
    best = max(allowed, key=lambda value: means[value], default=default)
    return best if means[best] > means[default] or default not in allowed else default


def mean_gain(gains: Gains, method: str, value: float | str) -> float:
    """Returns the mean over the sets."""
    return float(np.mean([of_set[arm_name(method, value)] for of_set in gains.values()]))


def worst(gains: Gains, method: str, value: float | str) -> float:
    """Returns the smallest gain of any set."""
    return min(of_set[arm_name(method, value)] for of_set in gains.values())
