"""A table of a source, as data: what it compares, what it reported, and at which sizes it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.full_size.recipe import Recipe


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Args:
        text: Description of the arm, for the table.
        method: What is added to the recipe, by its name in `methods.py`; nothing by default.
        arguments: The method's arguments.
        recipe: What differs in the recipe.
        longer: How many times as many epochs it trains.
        scales: For a regularizer, maps a share of the epochs to what its factor is multiplied by
            from then on.
        paper: What the source reports of it, in percent, or `None` for an arm of our own.
    """

    text: str
    method: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    longer: int = 1
    scales: Mapping[float, float] = field(default_factory=dict)
    paper: float | None = None

    def changed(self, recipe: Recipe) -> Recipe:
        """Returns the recipe that this arm trains with."""
        return replace(recipe, epochs=self.longer * recipe.epochs, **self.recipe)


@dataclass(frozen=True)
class Stage:
    """Trainings that come before others: every arm with every seed, all arms of a seed first."""

    arms: Sequence[str]
    seeds: Sequence[int]


@dataclass(frozen=True)
class Contrast:
    """Two arms that are compared: a question, and the arm that is subtracted from the other.

    Args:
        question: What the comparison asks.
        arm: Name of the arm.
        baseline: Name of the arm that it is compared with.
        claimed: The difference that the source reports, in points of accuracy.
    """

    question: str
    arm: str
    baseline: str
    claimed: float | None = None


@dataclass(frozen=True)
class Table:
    """A table of a source, at one or several sizes.

    Args:
        folder: Folder of the table, with its README and results.
        arms: The arms, by name.
        sizes: The recipe of each size, by name; `"smoke"` among them.
        contrasts: The comparisons that the table makes.
        stages: The trainings of each size, in their order.
        source: What is reproduced.
        borrowed: Arms that another table has trained with the same recipe, by name: the folder of
            that table beside this one, and the arm's name there. They are not trained again.
    """

    folder: Path
    arms: Mapping[str, Arm]
    sizes: Mapping[str, Recipe]
    contrasts: Sequence[Contrast]
    stages: Mapping[str, Sequence[Stage]]
    source: str
    borrowed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
