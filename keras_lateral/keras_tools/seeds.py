"""The seeds that are meant by a number or a list."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

Seeds = int | Sequence[int]
"""How many, counted from 0, or which ones."""


def seeds_of(seeds: Seeds) -> tuple[int, ...]:
    """Returns the seeds that are meant.

    Raises:
        ValueError: If there is none, one is negative, or one comes twice.
    """
    chosen = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    whole = all(isinstance(seed, Integral) and int(seed) >= 0 for seed in chosen)
    if not chosen or not whole or len(set(chosen)) < len(chosen):
        raise ValueError(
            "Invalid value for argument `seeds`. Expected how many, 1 or more, or different whole "
            f"numbers from 0 on. Received: seeds={seeds!r}"
        )
    return tuple(int(seed) for seed in chosen)
