"""The configurations that a search tries: the user's own, and random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras_lateral.datasets.checked_part import is_count
from keras_lateral.extras import import_optional
from keras_lateral.tuning.packages import EXTRA
from keras_lateral.tuning.training_settings import TrainingSettings

Range = tuple[float, float]

NO_DECAY = 0.25
"""Share of the random configurations that have no weight decay."""


@dataclass(frozen=True)
class TrainingSpace:
    """What is searched; `None` for what stays as it is compiled.

    Args:
        learning_rates: Lowest and highest learning rate, drawn log-uniformly.
        weight_decays: Lowest and highest weight decay, drawn log-uniformly; a quarter of the
            configurations have none.
        batch_sizes: Batch sizes to choose from.

    Raises:
        ValueError: If a range is not as described.

    Example:

    >>> space = TrainingSpace((1e-4, 1e-2), (1e-6, 1e-1), (8, 16))
    >>> own = TrainingSettings(0.001, 0.0, 32)
    >>> drawn = space.configurations(own, 8, seed=0)
    >>> drawn[0] == own, all(1e-4 <= other.learning_rate <= 1e-2 for other in drawn)
    (True, True)
    """

    learning_rates: Range | None = None
    weight_decays: Range | None = None
    batch_sizes: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("learning_rates", "weight_decays"):
            value = getattr(self, name)
            if value is not None and not _is_range(value):
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected the lowest and the highest "
                    "value to try, above 0, or None for the value that the model is compiled "
                    f"with. Received: {name}={value!r}"
                )
        sizes = self.batch_sizes
        if sizes is not None and not (sizes and all(is_count(size) for size in sizes)):
            raise ValueError(
                "Invalid value for argument `batch_sizes`. Expected batch sizes to choose from, "
                f"whole numbers of at least 1, or None. Received: batch_sizes={sizes!r}"
            )

    def configurations(
        self, own: TrainingSettings, count: int, seed: int
    ) -> tuple[TrainingSettings, ...]:
        """Returns configurations: first the user's own, then random ones.

        The same seed draws the same ones, however many.

        Args:
            own: The user's own settings, for what is not searched.
            count: Number of configurations, the own included.
            seed: Seed of the draws.
        """
        parameters = self.hyperparameters()
        drawn = [own]
        for number in range(1, count):
            values = {
                one.name: one.random_sample(_seed_of(seed, number, place))
                for place, one in enumerate(parameters.space)
            }
            decay = values.get("weight_decay", own.weight_decay)
            if self.weight_decays is not None and decay < self.weight_decays[0]:
                decay = 0.0
            drawn.append(
                TrainingSettings(
                    _rounded(values.get("learning_rate", own.learning_rate)),
                    _rounded(decay),
                    int(values.get("batch_size", own.batch_size)),
                )
            )
        return tuple(drawn)

    def hyperparameters(self) -> Any:
        """Returns the space as `keras_tuner.HyperParameters`.

        Weight decay reaches below its range, by as much as has the share `NO_DECAY` of the draws;
        what is drawn there stands for none.

        Raises:
            ImportError: If keras-tuner is missing.
        """
        tuner = import_optional("keras_tuner", "keras-tuner", "tune the training", EXTRA)
        parameters = tuner.HyperParameters()
        if self.learning_rates is not None:
            low, high = self.learning_rates
            parameters.Float("learning_rate", low, high, sampling="log")
        if self.weight_decays is not None:
            low, high = self.weight_decays
            below = low * (low / high) ** (NO_DECAY / (1 - NO_DECAY))
            parameters.Float("weight_decay", below, high, sampling="log")
        if self.batch_sizes is not None:
            parameters.Choice("batch_size", list(self.batch_sizes))
        return parameters

    def to_dict(self) -> dict[str, Any]:
        """Returns what is searched as JSON-compatible values."""
        found: dict[str, Sequence[float] | None] = vars(self)
        return {name: value and list(value) for name, value in found.items()}


def _seed_of(seed: int, number: int, place: int) -> int:
    """Returns a seed of its own for each number that is drawn; keras-tuner takes one integer."""
    return (seed * 1_000_003 + number) * 101 + place


def _rounded(value: float) -> float:
    """Returns a number with three digits, as tables show it and as one would type it."""
    return float(f"{value:.3g}")


def _is_range(value: Any) -> bool:
    pair = isinstance(value, (tuple, list)) and len(value) == 2
    return pair and 0 < value[0] <= value[1] < float("inf")
