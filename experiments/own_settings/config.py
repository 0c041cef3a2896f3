"""The settings that are tried for each of our methods, and the rule of the choice."""

from __future__ import annotations

from pathlib import Path

from experiments.small_data.config import SIZES, Size

RESULTS = Path(__file__).parent / "results"

TRIED: dict[str, tuple[float, ...] | tuple[str, ...]] = {
    "gradient_mask": (0.01, 0.03, 0.1, 0.3, 1.0),
    "frame_regularizer": (1e-5, 1e-4, 1e-3),
    "receptive_field_freeze": (
        "alternating",
        "one in four",
        "first half",
        "last half",
        "last quarter",
    ),
}
"""For each method the values that are tried: thresholds, factors, frozen epochs."""

DEFAULTS = {
    "gradient_mask": 0.1,
    "frame_regularizer": 1e-4,
    "receptive_field_freeze": "alternating",
}
"""What each has as a method of `compare`, under a rate that falls to nearly 0."""

CHOICE_SEEDS = 3
"""Folds of the training images that the choice is made in."""

CONFIRM_SEEDS = tuple(range(10, 20))
"""Seeds of the test; those of `small_data` and of the choice are below."""

MOST_LOST = 0.02
"""A value that raises any set's loss by more nats than this is not chosen."""


def arm_name(method: str, value: float | str) -> str:
    """Returns the name of a method with a value of its setting.

    >>> arm_name("gradient_mask", 0.03), arm_name("receptive_field_freeze", "last half")
    ('gradient_mask, 0.03', 'receptive_field_freeze, last half')
    """
    return f"{method}, {value if isinstance(value, str) else format(value, 'g')}"


def frozen_epochs(name: str, epochs: int) -> list[int]:
    """Returns the epochs that are frozen, counted from 0.

    >>> frozen_epochs("one in four", 9), frozen_epochs("last half", 5)
    ([3, 7], [3, 4])
    """
    of_all = {
        "alternating": range(1, epochs, 2),
        "one in four": range(3, epochs, 4),
        "first half": range(epochs // 2),
        "last half": range(epochs - epochs // 2, epochs),
        "last quarter": range(epochs - max(1, epochs // 4), epochs),
    }
    return list(of_all[name])


def arms(size: Size) -> list[tuple[str, float | str]]:
    """Returns each method with each value that is tried."""
    pairs = [(name, value) for name, values in TRIED.items() for value in values]
    return pairs[:2] if size is SIZES["smoke"] else pairs
