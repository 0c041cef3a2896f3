"""keras-tuner's oracles with a state that survives a kill at any moment."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

from keras_lateral.files import read_json, write_json
from keras_lateral.tuning.packages import import_keras_tuner

Role = Literal["alone", "chief", "worker"]


def search_role() -> Role:
    """Returns the role that keras-tuner's environment variables give to this process.

    `KERASTUNER_ORACLE_IP` and `KERASTUNER_ORACLE_PORT` say where the chief listens,
    `KERASTUNER_TUNER_ID` is this process' name; that of the chief contains "chief".
    """
    if "KERASTUNER_ORACLE_IP" not in os.environ:
        return "alone"
    return "chief" if "chief" in os.environ.get("KERASTUNER_TUNER_ID", "") else "worker"


ORACLES = {
    "random": "RandomSearchOracle",
    "bayesian": "BayesianOptimizationOracle",
    "hyperband": "HyperbandOracle",
}


@cache
def resumable_oracle_class(tuner: str) -> Any:
    """Returns a class derived from keras-tuner's oracle of this name in `ORACLES`.

    An oracle chooses the next values. keras-tuner keeps its state in one file and each trial in
    another, one after the other: a kill between two of them loses a trial, or runs a finished one
    again, and a kill while writing leaves half a file. Here everything is in one file, which is
    replaced as a whole.
    """
    base = getattr(import_keras_tuner().oracles, ORACLES[tuner])

    class ResumableOracle(base):  # type: ignore[valid-type, misc]
        def __init__(self, *, file: Path, **arguments: Any) -> None:
            super().__init__(**arguments)
            self.file = file

        def save(self) -> None:
            trials = [trial.get_state() for trial in self.trials.values()]
            write_json(self.file, {"oracle": self.get_state(), "trials": trials})

        def reload(self) -> None:
            from keras_tuner.engine.trial import Trial

            state = read_json(self.file)
            trials = [Trial.from_state(trial) for trial in state["trials"]]
            self.trials = {trial.trial_id: trial for trial in trials}
            self.set_state(_without_finished(state["oracle"], self.trials))

    return ResumableOracle


def _without_finished(state: dict[str, Any], trials: dict[str, Any]) -> dict[str, Any]:
    """Returns the state in which only the unfinished trials are to be run.

    keras-tuner saves a trial that has ended while it still counts as ongoing.
    """
    ongoing = {
        tuner: trial
        for tuner, trial in state["ongoing_trials"].items()
        if trials[trial].status == "RUNNING"
    }
    if search_role() == "chief":  # its workers may still run them, or ask for them again
        return {**state, "ongoing_trials": ongoing}
    queue = [*state["retry_queue"], *ongoing.values()]
    return {**state, "ongoing_trials": {}, "retry_queue": queue}
