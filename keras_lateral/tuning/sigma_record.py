"""The record of a search for sigma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from math import erf, isnan, sqrt
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.text import Column, Table, counted


def luck_of_the_best(accuracies: np.ndarray) -> float:
    """Returns how far the best mean would lie above the overall mean of equally good rows.

        a_ts = m + t_t + s_s + e_ts,   t = 0,   luck = E[max of T normals] sd(e) / sqrt(S)

    Each seed has its own images and weights, which are the same for every trial (s): they cancel.
    What remains is the scatter e, estimated from the accuracies minus the means of rows and
    columns.

    Args:
        accuracies: Array of shape `(trials, seeds)`.

    Returns:
        That distance, in the unit of the accuracies; `NaN` with fewer than two trials or seeds.
    """
    trials, seeds = accuracies.shape
    if trials < 2 or seeds < 2:
        return float("nan")
    rows, columns = accuracies.mean(axis=1, keepdims=True), accuracies.mean(axis=0)
    e = accuracies - rows - columns + accuracies.mean()
    variance = (e**2).sum() / ((trials - 1) * (seeds - 1))
    return float(largest_of_normals(trials) * sqrt(variance / seeds))


@cache
def largest_of_normals(count: int) -> float:
    """Returns the mean of the largest of `count` independent standard normal numbers.

    E[max] = integral of x d(P(x)^n),   P the normal distribution function
    """
    x = np.linspace(-9.0, 9.0, 18_001)
    P = np.array([(1 + erf(value / sqrt(2))) / 2 for value in x])
    middle = (x[1:] + x[:-1]) / 2
    return float((middle * np.diff(P**count)).sum())


COLUMNS = (
    Column("sigma", "<", 8),
    Column("epochs", ">", 7, gap=0),
    Column("mean", ">", 8, gap=0),
    Column("lowest", ">", 9, gap=0),
    Column("highest", ">", 9, gap=0),
    Column("minus no mask", "<", gap=3),
)


def sigma_table(record: SigmaTuning) -> Table:
    """Returns the table that a record prints."""
    seeds = len(record.seeds)
    title = f"Validation accuracy in %, {seeds} seed{'s' * (seeds > 1)}"
    rows = [("no mask", *_epochs_and_accuracies(record.baseline), "")]
    rows += [
        (f"{trial.sigma:.3g}", *_epochs_and_accuracies(trial), _difference(record, trial))
        for trial in record.trials
    ]
    return Table(COLUMNS, rows, above=(title,), below=("", *_conclusion(record)))


def _epochs_and_accuracies(trial: SigmaTrial) -> tuple[str, ...]:
    low, high = 100 * min(trial.accuracies), 100 * max(trial.accuracies)
    return (f"{trial.epochs}", f"{100 * trial.mean:.2f}", f"{low:.2f}", f"{high:.2f}")


def _difference(record: SigmaTuning, trial: SigmaTrial) -> str:
    """Returns the mean difference to no mask, or nothing for a trial with fewer epochs."""
    if trial.epochs != record.baseline.epochs:
        return ""
    differences = 100 * np.array(record.differences(trial))
    if len(differences) < 2:
        return f"{differences.mean():+z.2f}"
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{differences.mean():+z.2f} (standard error {error:.2f})"


def _conclusion(record: SigmaTuning) -> list[str]:
    tried = len(record.complete)
    lines = [f"Best sigma: {record.best_sigma:.3g} pixels, of {tried} tried."]
    if isnan(record.luck):
        lines.append("With one seed or one sigma, an effect cannot be distinguished from chance.")
    else:
        above = 100 * (record.best.mean - np.mean([trial.mean for trial in record.complete]))
        lines += [
            f"It lies {above:.2f} points above the mean of all. If all sigmas were equally good,",
            f"chance would still lift the best of them by about {100 * record.luck:.2f}.",
        ]
    return [
        *lines,
        "The best of several looks better than it is. Compare it with no mask on test images and",
        "with new seeds before you rely on it.",
    ]


@dataclass(frozen=True)
class SigmaTrial:
    """One sigma, trained with every seed. `tune_sigma` creates it.

    Args:
        name: The trial's number, as keras-tuner counts it, or `"no mask"`.
        sigma: Sigma in pixels of the map, or `None` without a mask.
        epochs: Number of epochs of each training.
        accuracies: Share of the validation images classified correctly, for each seed.

    Example:

    >>> trial = SigmaTrial("3", 1.5, 30, (0.80, 0.84))
    >>> round(trial.mean, 2)
    0.82
    >>> print(trial)
    sigma 1.5: mean 82.00 % of 2 seeds, 80.00 to 84.00
    """

    name: str
    sigma: float | None
    epochs: int
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the accuracies."""
        return float(np.mean(self.accuracies))

    def __str__(self) -> str:
        name = self.name if self.sigma is None else f"sigma {self.sigma:.3g}"
        low, high = 100 * min(self.accuracies), 100 * max(self.accuracies)
        seeds = len(self.accuracies)
        return f"{name}: mean {100 * self.mean:.2f} % of {seeds} seeds, {low:.2f} to {high:.2f}"


@dataclass(frozen=True, repr=False)
class SigmaTuning(Record):
    """Accuracy against sigma, and without masks. `tune_sigma` creates it.

    Args:
        baseline: The model without masks, trained with the same seeds.
        trials: The trials, in the order of sigma.
        seeds: The seeds, in the order of the accuracies.
        settings: Everything needed to repeat the search.

    Example:

    >>> baseline = SigmaTrial("no mask", None, 30, (0.80, 0.82))
    >>> low, high = SigmaTrial("1", 0.7, 30, (0.81, 0.82)), SigmaTrial("0", 1.4, 30, (0.84, 0.85))
    >>> record = SigmaTuning(baseline, (low, high), seeds=(0, 1))
    >>> record.best.sigma, [round(d, 3) for d in record.differences(record.best)]
    (1.4, [0.04, 0.03])
    """

    baseline: SigmaTrial
    trials: tuple[SigmaTrial, ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> tuple[SigmaTrial, ...]:
        """The trials with as many epochs as the baseline; Hyperband makes shorter ones too."""
        return tuple(trial for trial in self.trials if trial.epochs == self.baseline.epochs)

    @property
    def best(self) -> SigmaTrial:
        """The complete trial with the highest mean; of equal ones, that of smallest sigma."""
        return max(self.complete, key=lambda trial: trial.mean)

    @property
    def best_sigma(self) -> float:
        """Sigma of the best trial, in pixels of the map."""
        return float(self.best.sigma or 0)

    @property
    def luck(self) -> float:
        """How far the best would lie above the mean if all sigmas were equally good.

        `NaN` with one seed or one sigma, which cannot distinguish an effect from chance.
        """
        return luck_of_the_best(np.array([trial.accuracies for trial in self.complete]))

    def differences(self, trial: SigmaTrial) -> tuple[float, ...]:
        """Returns the accuracy with the mask minus that without, for each seed."""
        pairs = zip(trial.accuracies, self.baseline.accuracies, strict=True)
        return tuple(masked - plain for masked, plain in pairs)

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "best_sigma": self.best_sigma,
            "luck": None if np.isnan(self.luck) else self.luck,
            "seeds": list(self.seeds),
            "baseline": asdict(self.baseline),
            "trials": [asdict(trial) for trial in self.trials],
            "settings": dict(self.settings),
        }

    def _blocks(self) -> list[Table | str]:
        return [sigma_table(self)]

    def _summary(self) -> str:
        tried = counted(len(self.trials), "trial")
        if not self.complete:
            return tried
        return f"best sigma {self.best_sigma:.3g} of {tried}, mean {100 * self.best.mean:.2f} %"
