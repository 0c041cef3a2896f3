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
    """Returns how far the best mean would lie above all means if the rows were equally good.

        a_ts = m + t_t + s_s + e_ts,   t = 0,   luck = E[max of T normals] sd(e) / sqrt(S)

    Each seed has its own images and weights, which are the same for every trial (s): they cancel.
    What remains is the scatter e, estimated from the accuracies less the means of rows and columns.

    Args:
        accuracies: Array of shape `(trials, seeds)`.

    Returns:
        In the unit of the accuracies; `NaN` with fewer than two trials or seeds.
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
    """Returns the mean of the largest of so many independent standard normal numbers.

    E[max] = integral of x d(P(x)^n),   P the normal distribution function
    """
    x = np.linspace(-9.0, 9.0, 18_001)
    P = np.array([(1 + erf(one / sqrt(2))) / 2 for one in x])
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
    """Returns what a record prints."""
    seeds = len(record.seeds)
    title = f"Validation accuracy in %, {seeds} seed{'s' * (seeds > 1)}"
    rows = [("no mask", *_numbers(record.baseline), "")]
    rows += [
        (f"{trial.sigma:.3g}", *_numbers(trial), _difference(record, trial))
        for trial in record.trials
    ]
    return Table(COLUMNS, rows, above=(title,), below=("", *_words(record)))


def _numbers(trial: SigmaTrial) -> tuple[str, ...]:
    low, high = 100 * min(trial.accuracies), 100 * max(trial.accuracies)
    return (f"{trial.epochs}", f"{100 * trial.mean:.2f}", f"{low:.2f}", f"{high:.2f}")


def _difference(record: SigmaTuning, trial: SigmaTrial) -> str:
    """Returns the mean difference to no mask, or nothing where the trial was made shorter."""
    if trial.epochs != record.baseline.epochs:
        return ""
    differences = 100 * np.array(record.differences(trial))
    if len(differences) < 2:
        return f"{differences.mean():+.2f}"
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{differences.mean():+.2f} (standard error {error:.2f})"


def _words(record: SigmaTuning) -> list[str]:
    tried = len(record.complete)
    lines = [f"Best sigma: {record.best_sigma:.3g} pixels, of {tried} tried."]
    if isnan(record.luck):
        lines.append("With one seed or one sigma, chance can not be told from effect.")
    else:
        above = 100 * (record.best.mean - np.mean([one.mean for one in record.complete]))
        lines += [
            f"It lies {above:.2f} points above the mean of all. Were all sigmas equally good,",
            f"chance would still lift the best of them by about {100 * record.luck:.2f}.",
        ]
    return [
        *lines,
        "The best of several looks better than it is. Compare it with no mask on test images and",
        "with new seeds before you rely on it.",
    ]


@dataclass(frozen=True)
class SigmaTrial:
    """One sigma, trained with every seed. `tune_sigma` makes it.

    Args:
        name: The trial's number, as keras-tuner counts it, or `"no mask"`.
        sigma: In pixels of the map, or `None` without a mask.
        epochs: How many epochs each model was trained.
        accuracies: Shares of the validation images named rightly, one for each seed.

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
    """Accuracy over sigma, beside the same model without masks. `tune_sigma` makes it.

    Args:
        baseline: The model without masks, trained with the same seeds.
        trials: What was tried, in the order of sigma.
        seeds: The seeds, in the order of the accuracies.
        settings: All that is needed to repeat the search.

    Example:

    >>> baseline = SigmaTrial("no mask", None, 30, (0.80, 0.82))
    >>> low, high = SigmaTrial("1", 0.7, 30, (0.81, 0.82)), SigmaTrial("0", 1.4, 30, (0.84, 0.85))
    >>> record = SigmaTuning(baseline, (low, high), seeds=(0, 1))
    >>> record.best.sigma, [round(one, 3) for one in record.differences(record.best)]
    (1.4, [0.04, 0.03])
    """

    baseline: SigmaTrial
    trials: tuple[SigmaTrial, ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> tuple[SigmaTrial, ...]:
        """The trials with as many epochs as the baseline; Hyperband makes shorter ones too."""
        return tuple(one for one in self.trials if one.epochs == self.baseline.epochs)

    @property
    def best(self) -> SigmaTrial:
        """The complete trial with the highest mean, of equal ones that with the smallest sigma."""
        return max(self.complete, key=lambda one: one.mean)

    @property
    def best_sigma(self) -> float:
        """Sigma of the best trial, in pixels of the map."""
        return float(self.best.sigma or 0)

    @property
    def luck(self) -> float:
        """How far the best would lie above the mean if all sigmas were equally good.

        `NaN` with one seed or one sigma, which can not tell chance from effect.
        """
        return luck_of_the_best(np.array([one.accuracies for one in self.complete]))

    def differences(self, trial: SigmaTrial) -> tuple[float, ...]:
        """Returns accuracy with the mask less that without, for each seed."""
        pairs = zip(trial.accuracies, self.baseline.accuracies, strict=True)
        return tuple(with_it - without for with_it, without in pairs)

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "best_sigma": self.best_sigma,
            "luck": None if np.isnan(self.luck) else self.luck,
            "seeds": list(self.seeds),
            "baseline": asdict(self.baseline),
            "trials": [asdict(one) for one in self.trials],
            "settings": dict(self.settings),
        }

    def _blocks(self) -> list[Table | str]:
        return [sigma_table(self)]

    def _summary(self) -> str:
        tried = counted(len(self.trials), "trial")
        if not self.complete:
            return tried
        return f"best sigma {self.best_sigma:.3g} of {tried}, mean {100 * self.best.mean:.2f} %"
