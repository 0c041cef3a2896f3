"""A comparison whose arms train with the settings that were chosen for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from keras_lateral.comparison.identity import digest_of_images
from keras_lateral.comparison.training import Task
from keras_lateral.comparison.tuned.trials import tuned_method
from keras_lateral.comparison.tuned.tune import Tune
from keras_lateral.comparison.tuned.tune_training import tuned_arms
from keras_lateral.method import BASELINE, Method
from keras_lateral.tuning.training_record import OWN, TrainingTuning


def tuned_arms_of(
    task: Task,
    methods: Sequence[Method],
    tuning: Tune | TrainingTuning,
    shared: Mapping[str, Any],
    *ways: Any,
) -> tuple[Task, list[Method], TrainingTuning]:
    """Returns a comparison's task and methods with tuned settings, and what was tuned.

    Args:
        task: What all trainings share.
        methods: The methods, adapted to the learning rate.
        tuning: What to tune, or what was tuned before.
        shared: What `check_task` has returned.
        *ways: Further arguments of `tuned_arms`.
    """
    if isinstance(tuning, Tune):
        record = tuned_arms(task, methods, tuning, shared, *ways)
    else:
        check_tuned(record := tuning, task, methods)
    return *tuned_task(task, methods, record), record


def tuned_task(
    task: Task, methods: Sequence[Method], record: TrainingTuning
) -> tuple[Task, list[Method]]:
    """Returns a task and its methods with the settings chosen for each, under the same names."""
    best = record.chosen(BASELINE)
    baseline = None if best.number == OWN else tuned_method(None, best.settings)
    return replace(task, baseline=baseline), [_tuned(method, record) for method in methods]


def _tuned(method: Method, record: TrainingTuning) -> Method:
    best = record.chosen(method.name)
    if best.number != OWN:
        return tuned_method(method, best.settings)
    return replace(method, settings={**method.settings, "tuned": best.settings.to_dict()})


def baseline_settings(record: TrainingTuning | None) -> dict[str, Any]:
    """Returns the baseline's settings, by which a folder recognizes its trainings."""
    return {} if record is None else {"tuned": record.chosen(BASELINE).settings.to_dict()}


def check_tuned(record: TrainingTuning, task: Task, methods: Sequence[Method]) -> None:
    """Raises if something else was tuned than what is compared.

    Raises:
        ValueError: If an arm was not tuned, or the images are others: some of those that are
            tested may have been tuned on.
    """
    missing = [name for name in (BASELINE, *(m.name for m in methods)) if name not in record.arms]
    if missing:
        raise ValueError(
            "Invalid value for argument `tune`. Expected what `tune_training` returns for the "
            f"baseline and every method that is compared. Received: one without {missing}"
        )
    if record.settings.get("images_digest") != digest_of_images(task.data):
        raise ValueError(
            "Invalid value for argument `tune`. Expected settings that were tuned on the training "
            "images of this comparison. Received: settings tuned on other images, among which "
            f"there may be some that are tested here; those were {record.name!r}"
        )
