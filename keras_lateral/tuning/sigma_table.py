"""A search for sigma in words: a table, and what it allows to say."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from keras_lateral.tuning.sigma_record import SigmaTrial, SigmaTuning


def sigma_table(record: SigmaTuning) -> str:
    """Returns the lines that a record prints."""
    seeds = len(record.seeds)
    lines = [
        f"Validation accuracy in %, {seeds} seed{'s' * (seeds > 1)}",
        f"{'sigma':<8}{'epochs':>7}{'mean':>8}{'lowest':>9}{'highest':>9}   minus no mask",
        f"{'no mask':<8}{_numbers(record.baseline)}",
        *(_line(record, trial) for trial in record.trials),
        "",
        *_words(record),
    ]
    return "\n".join(lines)


def _numbers(trial: SigmaTrial) -> str:
    low, high = 100 * min(trial.accuracies), 100 * max(trial.accuracies)
    return f"{trial.epochs:>7}{100 * trial.mean:>8.2f}{low:>9.2f}{high:>9.2f}"


def _line(record: SigmaTuning, trial: SigmaTrial) -> str:
    line = f"{trial.sigma:<8.3g}{_numbers(trial)}"
    if trial.epochs != record.baseline.epochs:
        return line
    differences = 100 * np.array(record.differences(trial))
    if len(differences) < 2:
        return f"{line}   {differences.mean():+.2f}"
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{line}   {differences.mean():+.2f} (standard error {error:.2f})"


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
