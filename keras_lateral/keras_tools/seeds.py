"""The seeds that a number or a list stands for."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

Seeds = int | Sequence[int]
"""The number of seeds, counted from 0, or the seeds themselves."""


def seed_numbers(seeds: Seeds) -> tuple[int, ...]:
    """Returns the seeds that `seeds` stands for.

    Raises:
        ValueError: If there is none, one is negative, or one occurs twice.
    """
    chosen = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    whole = all(isinstance(seed, Integral) and int(seed) >= 0 for seed in chosen)
    if not chosen or not whole or len(set(chosen)) < len(chosen):
        raise ValueError(
            "Invalid value for argument `seeds`. Expected a number of seeds, 1 or more, or "
            f"distinct integers from 0 on. Received: seeds={seeds!r}"
        )
    return tuple(int(seed) for seed in chosen)
