"""Successive halving: many configurations for a few epochs, the better ones for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

ETA = 3
"""A rung trains this many times as long as the one before, with a share of its configurations."""


@dataclass(frozen=True)
class Rung:
    """One round.

    Args:
        epochs: Number of epochs of each training.
        configurations: Number of configurations, the user's own included.
    """

    epochs: int
    configurations: int


def rungs_of(trials: int, epochs: int, *, eta: int = ETA, rungs: int = 3) -> tuple[Rung, ...]:
    """Returns the rounds of one search.

        epochs_r = E / eta^(R - 1 - r),    n_0 = n,    n_r = n / eta^r + 1     r = 0 ... R-1

    rounded up. The one more is the user's own configuration, which is in every round: what is
    chosen is compared with it after all epochs. Rounds of the same length are one.

    Args:
        trials: Number of configurations of the first round.
        epochs: Number of epochs of the last round.
        eta: Factor between rounds.
        rungs: Number of rounds.

    Example:

    >>> [(rung.epochs, rung.configurations) for rung in rungs_of(16, 90)]
    [(10, 16), (30, 7), (90, 3)]

    Reference:

    - Jamieson, K., Talwalkar, A. (2016). Non-stochastic Best Arm Identification and Hyperparameter
      Optimization. arXiv:1502.07943
    """
    lengths = sorted({ceil(epochs / eta**power) for power in range(rungs)})
    counts = [trials, *(min(trials, ceil(trials / eta**r) + 1) for r in range(1, len(lengths)))]
    return tuple(Rung(*pair) for pair in zip(lengths, counts, strict=True))


def survivors(scores: Mapping[int, float], configurations: int, own: int = 0) -> tuple[int, ...]:
    """Returns the configurations of the next round, by number, in their order.

    Args:
        scores: The score of each configuration in this round; lower is better.
        configurations: How many go on.
        own: Number of the one that goes on in any case.

    Example:

    >>> survivors({0: 0.9, 1: 0.5, 2: float("inf"), 3: 0.7}, 2)
    (0, 1)
    """
    others = sorted((number for number in scores if number != own), key=lambda n: (scores[n], n))
    return tuple(sorted([own, *others[: configurations - 1]]))
