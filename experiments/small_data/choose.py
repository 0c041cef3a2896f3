"""Which methods to combine, chosen on the training images alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from experiments.common.compared import BASELINE
from experiments.small_data.config import CANDIDATES, STEPS
from keras_lateral import Comparison

Compare = Callable[[Sequence[str]], Comparison]
"""Compares methods of these names in folds of the training images."""

Fits = Callable[[str], bool]
"""Whether a combination of this name can be applied."""


@dataclass(frozen=True)
class Step:
    """A step of the choice: the methods that were tried, and what they reached in the folds.

    They are ranked by the loss with the temperature that is best on other images: on a hundred
    images it is finer than the accuracy, and does not punish a network for being too sure of what
    it gets right, nor one that was trained to be less sure.

    Args:
        tried: Mean loss of each in nats, by name, the baseline's among them.
        accuracy: Mean accuracy of each.
        best: The name of the best.
    """

    tried: dict[str, float]
    accuracy: dict[str, float]
    best: str


def choose(
    compare: Compare, arms: Sequence[str], fits: Fits, left_out: Sequence[str] = ()
) -> list[Step]:
    """Returns greedy forward steps: first the best method alone, then what adds most to it.

    Args:
        compare: Compares methods on the training images.
        arms: Names of the methods.
        fits: Whether a combination of methods can be applied.
        left_out: Methods that are tried alone and not combined.

    Returns:
        The steps. The last one's best is the choice; a step that gains nothing is the last, and
        is not followed.
    """
    alone = step(compare(arms), arms)
    order = sorted((a for a in arms if a not in left_out), key=lambda a: alone.tried[a])
    steps = [replace(alone, best=order[0])]
    while len(steps) < STEPS:
        best, loss = steps[-1].best, steps[-1].tried[steps[-1].best]
        more = [a for a in order[:CANDIDATES] if a not in best.split("+")]
        names = [f"{best}+{name}" for name in more if fits(f"{best}+{name}")]
        if not names:
            break
        found = step(compare(names), names)
        if found.tried[found.best] >= loss:
            steps.append(replace(found, best=best))
            break
        steps.append(found)
    return steps


def step(comparison: Comparison, arms: Sequence[str]) -> Step:
    """Returns what the baseline and each method reached, and the best method."""
    names = (BASELINE, *arms)
    losses = {name: comparison.free_gains[name]["tempered_loss"] for name in names}
    accuracy = {
        name: float(np.mean(list(comparison.values(name, "accuracy").values()))) for name in names
    }
    return Step(losses, accuracy, min(arms, key=lambda name: losses[name]))


def as_dicts(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Returns the steps as JSON-compatible values."""
    return [asdict(step) for step in steps]
