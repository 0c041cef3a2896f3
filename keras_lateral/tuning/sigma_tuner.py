"""keras-tuner's part in a search for sigma."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from keras_lateral.tuning.packages import import_keras_tuner
from keras_lateral.tuning.resumable_tuner import resumable_tuner_class
from keras_lateral.tuning.sigma_record import SigmaTrial

OBJECTIVE = "val_accuracy"

RunTrial = Callable[[str, float | None, int], SigmaTrial]
"""From a trial's name, sigma and number of epochs to what came of it."""


@cache
def sigma_tuner_class() -> Any:
    """Returns a tuner whose trials are runs of a function, as in `tuner.search(run, epochs)`."""
    errors = import_keras_tuner().errors

    class SigmaTuner(resumable_tuner_class()):  # type: ignore[misc]
        def run_trial(
            self, trial: Any, run: RunTrial, epochs: int, verbose: int = 0
        ) -> dict[str, float]:
            values = trial.hyperparameters.values
            epochs = values.get("tuner/epochs", epochs)  # Hyperband's round
            try:
                done = run(trial.trial_id, values["sigma"], epochs)
            except Exception as error:
                # Any other would be noted down as a failed trial, and the search go on.
                raise errors.FatalRuntimeError(f"{type(error).__name__}: {error}") from error
            each = {_metric(place): value for place, value in enumerate(done.accuracies)}
            return {OBJECTIVE: float(np.mean(done.accuracies)), **each}

    return SigmaTuner


def trials_of(oracle: Any, epochs: int, seeds: int) -> tuple[SigmaTrial, ...]:
    """Returns the completed trials of an oracle in the order of sigma."""
    done = [one for one in oracle.trials.values() if one.status == "COMPLETED"]
    trials = [
        SigmaTrial(
            name=one.trial_id,
            sigma=one.hyperparameters.values["sigma"],
            epochs=one.hyperparameters.values.get("tuner/epochs", epochs),
            accuracies=tuple(one.metrics.get_best_value(_metric(place)) for place in range(seeds)),
        )
        for one in done
    ]
    return tuple(sorted(trials, key=lambda one: (one.sigma, one.epochs)))


def _metric(place: int) -> str:
    return f"seed_{place}"
