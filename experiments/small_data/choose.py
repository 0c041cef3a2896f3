"""Which methods to combine, chosen on the training images alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.common.compared import BASELINE
from experiments.small_data.config import CANDIDATES, STEPS
from keras_lateral import Comparison

Compare = Callable[[Sequence[str]], Comparison]
"""Compares methods of these names in folds of the training images."""


@dataclass(frozen=True)
class Step:
    """A step of the choice: the methods that were tried, and their accuracies in the folds.

    Args:
        tried: Mean accuracy of each, by name; the baseline's in the first step.
        best: The name of the best.
    """

    tried: dict[str, float]
    best: str


def choose(compare: Compare, arms: Sequence[str], left_out: Sequence[str] = ()) -> list[Step]:
    """Returns greedy forward steps: first the best method alone, then what adds most to it.

    Args:
        compare: Compares methods on the training images.
        arms: Names of the methods.
        left_out: Methods that are tried alone and not combined.

    Returns:
        The steps. The last one's best is the choice; a step that gains nothing is the last, and
        is not followed.
    """
    alone = accuracies(compare(arms), arms)
    order = sorted((a for a in arms if a not in left_out), key=lambda a: -alone[a])
    steps = [Step(alone, order[0])]
    while len(steps) < STEPS:
        best, score = steps[-1].best, steps[-1].tried[steps[-1].best]
        more = [a for a in order[:CANDIDATES] if a not in best.split("+")]
        names = [f"{best}+{name}" for name in more if compatible(best, name)]
        if not names:
            break
        found = accuracies(compare(names), names)
        chosen = max(names, key=lambda name: found[name])
        if found[chosen] <= score:
            steps.append(Step(found, best))
            break
        steps.append(Step(found, chosen))
    return steps


def compatible(combination: str, name: str) -> bool:
    """Returns whether a method can join a combination: two that set the same thing cannot."""
    from experiments.small_data.arms import method

    try:
        method(f"{combination}+{name}")
    except ValueError:
        return False
    return True


def accuracies(comparison: Comparison, arms: Sequence[str]) -> dict[str, float]:
    """Returns the mean accuracy of the baseline and of each method."""
    return {
        name: float(np.mean(list(comparison.values(name, "accuracy").values())))
        for name in (BASELINE, *arms)
    }


def as_dicts(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Returns the steps as JSON-compatible values."""
    return [{"tried": step.tried, "best": step.best} for step in steps]
