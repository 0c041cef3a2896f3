"""What tuning the training found: for each arm the settings chosen, and every trial."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_lateral.method import BASELINE
from keras_lateral.record import Record
from keras_lateral.text import Column, Table, counted
from keras_lateral.tuning.training_settings import TrainingSettings

OWN = 0
"""Number of the trial with the user's own settings."""

SCORES = {
    "calibrated_loss": "loss at its best temperature",
    "loss": "loss",
    "accuracy": "accuracy",
}
"""What the trials are ranked by, on the validation images."""


@dataclass(frozen=True)
class TrainingTrial:
    """One training of the search. `tune_training` creates it.

    Args:
        arm: Name of the method, or `"baseline"`.
        number: Number of the configuration, the same in all arms; 0 is the user's own.
        settings: Learning rate, weight decay, batch size.
        epochs: Number of epochs of the baseline in this round.
        accuracy: Share of the validation images classified correctly.
        loss: Negative log likelihood of the validation images in nats; infinite if it diverged.
        calibrated_loss: The same at the temperature at which it is smallest, so that a network
            that is too sure of itself is ranked by what it gets right.
        seconds: Seconds that it took.

    Example:

    >>> from keras_lateral import TrainingSettings, TrainingTrial
    >>> trial = TrainingTrial("baseline", 3, TrainingSettings(0.01, 0.0, 8), 30, 0.5, 1.4, 1.2, 9.0)
    >>> trial.score("accuracy"), trial.score("calibrated_loss")
    (-0.5, 1.2)
    """

    arm: str
    number: int
    settings: TrainingSettings
    epochs: int
    accuracy: float
    loss: float
    calibrated_loss: float
    seconds: float

    def score(self, name: str) -> float:
        """Returns what trials are ranked by; lower is better."""
        return -self.accuracy if name == "accuracy" else float(getattr(self, name))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingTrial:
        """Returns the trial that `to_dict` was called on."""
        infinite = {
            name: float("inf") for name in ("loss", "calibrated_loss") if values[name] is None
        }
        settings = TrainingSettings.from_dict(values["settings"])
        return cls(**{**values, **infinite, "settings": settings})

    def to_dict(self) -> dict[str, Any]:
        """Returns the trial as plain values."""
        return {**vars(self), "settings": self.settings.to_dict()}


@dataclass(frozen=True, repr=False)
class TrainingTuning(Record):
    """What `tune_training` found.

    Args:
        name: Name of the data.
        arms: Names of the arms, the baseline first.
        trials: All trials.
        settings: What was tuned on what, with which budget, as JSON-compatible values.

    Example:

    >>> from keras_lateral import TrainingSettings, TrainingTrial, TrainingTuning
    >>> own, other = TrainingSettings(0.001, 0.0, 32), TrainingSettings(0.004, 0.01, 16)
    >>> trials = (
    ...     TrainingTrial("baseline", 0, own, 30, 0.50, 1.4, 1.3, 9.0),
    ...     TrainingTrial("baseline", 1, other, 30, 0.55, 1.5, 1.2, 9.0),
    ... )
    >>> record = TrainingTuning("photos", ("baseline",), trials)
    >>> record
    <TrainingTuning: photos, 1 arm, 2 trials>
    >>> print(record.chosen("baseline").settings)
    learning rate 0.004, weight decay 0.01, batches of 16
    """

    name: str
    arms: tuple[str, ...]
    trials: tuple[TrainingTrial, ...]
    settings: Mapping[str, Any] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.settings is None:
            object.__setattr__(self, "settings", {})

    @property
    def score(self) -> str:
        """What the trials were ranked by."""
        return str(self.settings.get("score", "calibrated_loss"))

    def of(self, arm: str) -> tuple[TrainingTrial, ...]:
        """Returns the trials of an arm.

        Raises:
            ValueError: If there is no such arm.
        """
        found = tuple(trial for trial in self.trials if trial.arm == arm)
        if not found:
            raise ValueError(
                f"Invalid value for argument `arm`. Expected one of {self.arms}, which were tuned. "
                f"Received: arm={arm!r}"
            )
        return found

    def last_round(self, arm: str) -> tuple[TrainingTrial, ...]:
        """Returns the trials of an arm that trained all epochs, the best first."""
        trials = self.of(arm)
        epochs = max(trial.epochs for trial in trials)
        last = [trial for trial in trials if trial.epochs == epochs]
        return tuple(sorted(last, key=lambda trial: (trial.score(self.score), trial.number)))

    def own(self, arm: str) -> TrainingTrial:
        """Returns the trial of an arm with the user's own settings and all epochs."""
        return next(trial for trial in self.last_round(arm) if trial.number == OWN)

    def chosen(self, arm: str) -> TrainingTrial:
        """Returns the best trial of an arm with all epochs."""
        return self.last_round(arm)[0]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingTuning:
        """Returns the record that `to_dict` was called on."""
        trials = tuple(map(TrainingTrial.from_dict, values["trials"]))
        return cls(values["name"], tuple(values["arms"]), trials, values["settings"])

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "name": self.name,
            "arms": list(self.arms),
            "chosen": {arm: self.chosen(arm).settings.to_dict() for arm in self.arms},
            "trials": [trial.to_dict() for trial in self.trials],
            "settings": dict(self.settings),
        }

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TrainingTuning:
        """Reads what `to_json` has written.

        Raises:
            ValueError: If the file is no such record.
        """
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"The file {os.fspath(path)} is not a saved tuning "
                f"({type(error).__name__}: {error})."
            ) from error

    def _blocks(self) -> list[Table | str]:
        return [tuning_table(self)]

    def _summary(self) -> str:
        arms, trials = counted(len(self.arms), "arm"), counted(len(self.trials), "trial")
        return f"{self.name}, {arms}, {trials}"


WIDTH = 96
"""Longest line below the table."""

HEADINGS = (
    *("learning rate", "weight decay", "batch size", "chosen"),
    *("accuracy", "with own", "loss", "with own"),
)


def tuning_table(record: TrainingTuning) -> Table:
    """Returns the settings chosen for each arm, and what they and the user's own reached."""
    columns = (Column(align="<"), *(Column(heading) for heading in HEADINGS))
    rows = [tuning_row(record, arm) for arm in record.arms]
    lines = [line for text in tuning_lines(record) for line in textwrap.wrap(text, WIDTH)]
    return Table(columns, rows, above=("tuned training",), below=("", *lines))


def tuning_row(record: TrainingTuning, arm: str) -> tuple[str, ...]:
    """Returns the cells of an arm, in the order of `HEADINGS`, after its name."""
    best, own = record.chosen(arm), record.own(arm)
    settings = best.settings
    return (
        arm,
        f"{settings.learning_rate:.3g}",
        f"{settings.weight_decay:.3g}",
        f"{settings.batch_size}",
        "own" if best.number == OWN else "tuned",
        *(f"{100 * trial.accuracy:.1f}" for trial in (best, own)),
        *(f"{trial.calibrated_loss:.3f}" for trial in (best, own)),
    )


def tuning_lines(record: TrainingTuning) -> list[str]:
    """Returns in sentences what was tuned on what, and with which budget."""
    values = record.settings
    lines = []
    if "rounds" in values:
        rounds = ", the best ".join(
            f"{n}{'' if place else ' settings'} for {counted(e, 'epoch')}"
            for place, (e, n) in enumerate(values["rounds"])
        )
        seconds = sum(trial.seconds for trial in record.trials)
        who = "The baseline and each method" if BASELINE in record.arms else "Each method"
        lines.append(
            f"{who} had the same budget, by successive halving: {rounds}, and in "
            f"all rounds those that the model is compiled with. All of it took {seconds / 60:.1f} "
            "minutes."
        )
    lines += list(values.get("notes", ()))
    lines.append(
        "Accuracy in % and loss at its best temperature are those of the validation images, with "
        "the chosen settings, and with one's own. The best of several looks better than it is: "
        "what it is worth, the comparison on the test images says."
        if BASELINE in record.arms
        else "Accuracy and loss are those of the validation images."
    )
    return lines
