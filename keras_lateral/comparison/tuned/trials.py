"""The trainings of a tuning: one arm with one configuration, kept in a file each."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.comparison.code_of_trainings import code_of_method
from keras_lateral.comparison.per_image.free_gains import temperature_of, tempered
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.training import Task
from keras_lateral.files import read_json, write_json
from keras_lateral.keras_tools.users_code.edited import edited
from keras_lateral.method import Method
from keras_lateral.record import finite
from keras_lateral.tuning.training_record import OWN, TrainingTrial
from keras_lateral.tuning.training_settings import (
    TrainingSettings,
    tuned_training,
    with_settings,
)


@dataclass(frozen=True)
class TrialJob:
    """A training to do.

    Args:
        arm: Name of the arm.
        number: Number of the configuration.
        settings: The configuration.
        epochs: Number of epochs of the baseline.
    """

    arm: str
    number: int
    settings: TrainingSettings
    epochs: int


def tuned_method(method: Method | None, settings: TrainingSettings) -> Method:
    """Returns a method that trains with these settings; `None` stands for the baseline."""
    if method is None:
        return tuned_training(**settings.to_dict(), name="tuned baseline")
    return with_settings(method, settings)


@dataclass(frozen=True, eq=False)
class DoTrial:
    """Trains and measures on the validation images, and keeps the result.

    Args:
        task: What all trainings share, its test images being the validation images.
        methods: The method of each arm by name; `None` for the baseline.
        seed: Seed of the trainings.
        folder: Where trials are kept.
        code: Digests of the user's code that all trainings share.
    """

    task: Task
    methods: dict[str, Method | None]
    seed: int
    folder: Path | None
    code: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, job: TrialJob) -> TrainingTrial:
        method = self.methods[job.arm]
        if job.number != OWN:
            method = tuned_method(method, job.settings)
        began = time.perf_counter()
        run = replace(self.task, epochs=job.epochs)(method, self.seed)
        seconds = time.perf_counter() - began
        scores = _scores(run, self.task.images(self.seed).y_test)
        trial = TrainingTrial(
            job.arm, job.number, job.settings, job.epochs, **scores, seconds=seconds
        )
        if self.folder is not None:
            code = self._code(job.arm)
            values = {**trial.to_dict(), **({"code": code} if code else {})}
            write_json(self.file(self.folder, job), finite(values))
        return trial

    def kept(self, job: TrialJob) -> TrainingTrial | None:
        """Returns a trial of before, or `None` if there is none with these settings and code."""
        if self.folder is None or not self.file(self.folder, job).exists():
            return None
        values = read_json(self.file(self.folder, job))
        if edited(values.pop("code", None), self._code(job.arm)):
            return None
        trial = TrainingTrial.from_dict(values)
        found = TrialJob(trial.arm, trial.number, trial.settings, trial.epochs)
        return trial if found == job else None

    def _code(self, arm: str) -> dict[str, str]:
        method = self.methods[arm]
        return {**self.code, **({} if method is None else code_of_method(method))}

    def kept_before(self) -> int:
        """Returns the number of trials of these arms that are kept."""
        if self.folder is None:
            return 0
        names = [f"{self._prefix(arm)}-trial-*.json" for arm in self.methods]
        return sum(len(list(self.folder.glob(name))) for name in names)

    def file(self, folder: Path, job: TrialJob) -> Path:
        """Returns the file of a trial, which also stands for the settings of its method."""
        return folder / f"{self._prefix(job.arm)}-trial-{job.number}-epochs-{job.epochs}.json"

    def _prefix(self, arm: str) -> str:
        method = self.methods[arm]
        settings: Any = {} if method is None else dict(method.settings)
        safe = "".join(c if c.isalnum() or c in "+_-" else "_" for c in arm)[:60]
        text = json.dumps([arm, settings], sort_keys=True)
        return f"{safe}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _scores(run: Run, y: np.ndarray) -> dict[str, float]:
    """Returns accuracy and losses of a training; infinite ones where it diverged."""
    if run.log_probabilities is None or run.images is None:
        infinite = float("inf")
        return {"accuracy": run.measures["accuracy"], "loss": infinite, "calibrated_loss": infinite}
    labels, log_p = y[run.images.places], run.log_probabilities.astype("float64")
    p = tempered(log_p, temperature_of(log_p, labels))
    calibrated = -np.log(np.maximum(p[np.arange(len(labels)), labels], 1e-30)).mean()
    return {
        "accuracy": run.measures["accuracy"],
        "loss": run.measures["loss"],
        "calibrated_loss": float(calibrated),
    }
