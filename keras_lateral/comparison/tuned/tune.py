"""How much a tuning may try, and what."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, Literal, get_args

from keras_lateral.datasets.checked_part import is_count
from keras_lateral.keras_tools.arguments import plain_number
from keras_lateral.tuning.training_record import TrainingTuning
from keras_lateral.tuning.training_settings import TrainingSettings
from keras_lateral.tuning.training_space import Range, TrainingSpace

Score = Literal["calibrated_loss", "loss", "accuracy"]

AROUND = 10.0
"""By default learning rates reach from the compiled one divided by this to it times this."""


@dataclass(frozen=True)
class Tune:
    """What is tuned before a comparison, for the baseline and for each method alike.

    Args:
        trials: Number of configurations, the user's own included, in the first of three rounds.
            Each round trains three times as long as the one before, with a third of the
            configurations.
        learning_rates: Lowest and highest learning rate, drawn log-uniformly. Defaults to a tenth
            to ten times the compiled one, which fits every optimizer.
        weight_decays: Lowest and highest weight decay, drawn log-uniformly; a quarter of the
            configurations have none. `None` leaves it as compiled.
        batch_sizes: Batch sizes to choose from. `None` leaves it as it is.
        held_out: Share of the training images to choose by, if the data have no validation
            images of their own.
        score: What the trials are ranked by on these: `"calibrated_loss"`, the loss at its best
            temperature, which is finer than the accuracy on few images and does not punish a
            network for being too sure of what it gets right; `"loss"`; or `"accuracy"`.
        seed: Non-negative seed of the configurations, of the trainings, and of the division.

    Raises:
        ValueError: If a value is not as described.

    Example:

    >>> from keras_lateral import Tune
    >>> Tune(trials=9, batch_sizes=None).trials
    9
    """

    trials: int = 16
    learning_rates: Range | None = None
    weight_decays: Range | None = (1e-6, 1e-1)
    batch_sizes: tuple[int, ...] | None = (8, 16, 32, 64)
    held_out: float = 0.25
    score: Score = "calibrated_loss"
    seed: int = 0
    _space: TrainingSpace = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("trials", "held_out", "seed"):
            object.__setattr__(self, name, plain_number(getattr(self, name)))
        sizes = self.batch_sizes
        sizes = None if sizes is None else tuple(plain_number(size) for size in sizes)
        space = TrainingSpace(self.learning_rates, self.weight_decays, sizes)
        object.__setattr__(self, "_space", space)
        object.__setattr__(self, "batch_sizes", sizes)
        checks = {
            "trials": (is_count(self.trials, 2), "a whole number of at least 2"),
            "seed": (is_count(self.seed, 0), "a whole number of at least 0"),
            "score": (self.score in get_args(Score), f"one of {get_args(Score)}"),
            "held_out": (
                isinstance(self.held_out, Real) and 0 < self.held_out < 1,
                "a share of the training images between 0 and 1",
            ),
        }
        for name, (holds, expected) in checks.items():
            if not holds:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected {expected}. "
                    f"Received: {name}={getattr(self, name)!r}"
                )

    def asked(self) -> dict[str, Any]:
        """Returns what differs from the defaults, as JSON-compatible values."""
        plain = Tune()
        names = [field.name for field in fields(self) if field.init]
        values = {name: getattr(self, name) for name in names}
        asked = {name: value for name, value in values.items() if value != getattr(plain, name)}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in asked.items()}

    def space(self, own: TrainingSettings, images: int) -> TrainingSpace:
        """Returns what is searched around the baseline's own settings.

        Args:
            own: The baseline's settings.
            images: Number of images to train on; larger batches are left out.
        """
        rates = self.learning_rates or (own.learning_rate / AROUND, own.learning_rate * AROUND)
        sizes = self._space.batch_sizes
        fitting = sizes and tuple(size for size in sizes if size <= images)
        return TrainingSpace(rates, self.weight_decays, fitting or None)


def checked_tune(tune: Any) -> Tune | TrainingTuning | None:
    """Returns what to tune, or what was tuned before; `None` for nothing.

    Raises:
        ValueError: If `tune` is none of these.
    """
    if tune is False or tune is None:
        return None
    if tune is True:
        return Tune()
    if not isinstance(tune, (Tune, TrainingTuning)):
        raise ValueError(
            "Invalid value for argument `tune`. Expected True, False, Tune(trials=...), or what "
            f"`tune_training` has returned. Received: tune={tune!r}"
        )
    return tune
