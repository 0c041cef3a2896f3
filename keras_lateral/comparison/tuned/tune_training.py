"""Tunes learning rate, weight decay and batch size, for the baseline and for each method alike."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import keras

from keras_lateral.comparison.check_task import adapted_to_learning_rate, check_task
from keras_lateral.comparison.devices.chosen import Devices, chosen_devices, leaving_memory
from keras_lateral.comparison.folder_lock import sole_use
from keras_lateral.comparison.identity import digest_of_images, identity_of
from keras_lateral.comparison.image_weights import ClassWeight
from keras_lateral.comparison.progress import Progress
from keras_lateral.comparison.training import BuildModel, Task, start
from keras_lateral.comparison.tuned.trials import DoTrial, TrialJob
from keras_lateral.comparison.tuned.tune import Score, Tune
from keras_lateral.comparison.tuned.tuning_images import compared_images, tuning_images
from keras_lateral.comparison.workers import run_jobs
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.from_arrays import ComparedData, image_dataset
from keras_lateral.datasets.validation import Validation, check_validation
from keras_lateral.files import write_json
from keras_lateral.keras_tools.head.of_model import ModelReturns
from keras_lateral.keras_tools.paired_batches import Augment
from keras_lateral.keras_tools.seeds import keeping_seeds
from keras_lateral.method import BASELINE, Callbacks, Method, no_callbacks
from keras_lateral.methods import methods_of
from keras_lateral.text import counted
from keras_lateral.tuning.successive_halving import Rung, rungs_of, survivors
from keras_lateral.tuning.training_record import TrainingTrial, TrainingTuning
from keras_lateral.tuning.training_settings import TrainingSettings, compiled_settings
from keras_lateral.tuning.training_space import Range


def tune_training(
    build_model: BuildModel,
    data: ComparedData,
    methods: Sequence[str | Method] = (),
    *,
    epochs: int = 30,
    batch_size: int = 32,
    trials: int = 16,
    learning_rates: Range | None = None,
    weight_decays: Range | None = (1e-6, 1e-1),
    batch_sizes: Sequence[int] | None = (8, 16, 32, 64),
    held_out: float = 0.25,
    score: Score = "calibrated_loss",
    seed: int = 0,
    augment: Augment | None = None,
    callbacks: Callbacks = no_callbacks,
    folder: str | os.PathLike[str] | None = None,
    workers: int = 1,
    devices: Devices = None,
    validation: Validation = None,
    class_weight: ClassWeight = None,
    progress: bool = True,
    model_returns: ModelReturns | None = None,
) -> TrainingTuning:
    """Tunes learning rate, weight decay and batch size, for the baseline and each method alike.

    A method that is compared with a baseline nobody has tuned is compared with too little; one that
    is tuned while the baseline is not, even more so. Here all have the same budget: the same
    random configurations, the user's own first, by successive halving. Each round trains three
    times as long as the one before, with a third of the configurations and the user's own.

    Every training starts anew and is a whole one, with its own schedule over its epochs: one that
    is cut in the middle of a cosine says little about where the cosine ends.

    The test images have no part in it. Where seeds divide the images anew (`ImageFolds`), only the
    first division is tuned on, and only its test images may be tested afterwards: `compare` does
    so.

    Args:
        build_model: As for `compare`. Its optimizer has a number as learning rate.
        data: As for `compare`.
        methods: Methods to tune besides the baseline, as for `compare`.
        epochs: Number of epochs of the comparison, and so of the last round.
        batch_size: The user's own batch size.
        trials: As for `Tune`; so are `learning_rates`, `weight_decays`, `batch_sizes`,
            `held_out`, `score` and `seed`.
        learning_rates: Lowest and highest learning rate.
        weight_decays: Lowest and highest weight decay.
        batch_sizes: Batch sizes to choose from.
        held_out: Share of the training images to choose by, if the data have no validation images.
        score: What the trials are ranked by.
        seed: Seed of the search.
        augment: As for `compare`.
        callbacks: As for `compare`.
        folder: Folder in which each trial is saved as soon as it is done; the same call resumes.
        workers: As for `compare`.
        devices: As for `compare`.
        validation: As for `compare`.
        class_weight: As for `compare`.
        progress: Whether to write a line to standard error for each trial.
        model_returns: As for `compare`.

    Returns:
        A `TrainingTuning`: settings for each arm, and every trial. `compare(..., tune=record)`
        compares with them.

    Raises:
        ValueError: If an argument is not as described, or a model's learning rate is a schedule.
            All of this is checked before the first training.
        ImportError: If keras-tuner is missing.
        RuntimeError: If another process uses the folder, or a worker dies.

    Example:

    >>> import keras
    >>> from keras_lateral import tune_training
    >>> from keras_lateral.datasets import load_images
    >>> def build_model():
    ...     layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    ...     model = keras.Sequential([*layers, keras.layers.Softmax()])
    ...     model.compile("adam", "sparse_categorical_crossentropy")
    ...     return model
    >>> data = load_images("digits").subset(4, test_per_class=2)
    >>> tuned = tune_training(build_model, data, epochs=2, trials=2, progress=False)
    >>> tuned.own("baseline").settings.learning_rate, len(tuned.trials)
    (0.001, 4)

    Reference:

    - Jamieson, K., Talwalkar, A. (2016). Non-stochastic Best Arm Identification and Hyperparameter
      Optimization. arXiv:1502.07943
    - Brigato, L., Barz, B., Iocchi, L., Denzler, J. (2021). Tune It or Don't Use It: Benchmarking
      Data-Efficient Image Classification. arXiv:2108.13122
    """
    sizes = None if batch_sizes is None else tuple(batch_sizes)
    tune = Tune(trials, learning_rates, weight_decays, sizes, held_out, score, seed)
    check_validation(validation)
    images = image_dataset(data).scaled()
    used = chosen_devices(devices, workers, validation=validation)
    task = Task(
        build_model,
        images,
        epochs,
        batch_size,
        augment=augment,
        callbacks=callbacks,
        model_returns=model_returns,
        validation=validation,
        class_weight=class_weight,
        sharing=used.sharing,
    )
    stream = sys.stderr if progress else None
    used.say(stream)
    chosen = adapted_to_learning_rate(task, methods_of(methods) if methods else [])
    with leaving_memory(used), keeping_seeds():
        shared = check_task(task, chosen)
        with sole_use(folder):
            return tuned_arms(task, chosen, tune, shared, folder, workers, used.workers, stream)


def tuned_arms(
    task: Task,
    methods: Sequence[Method],
    tune: Tune,
    shared: Mapping[str, Any],
    folder: str | os.PathLike[str] | None = None,
    workers: int = 1,
    devices: Sequence[str] | None = None,
    stream: TextIO | None = None,
) -> TrainingTuning:
    """Tunes the baseline and methods of a comparison.

    Args:
        task: What all trainings of the comparison share.
        methods: The methods, adapted to the learning rate.
        tune: What to try.
        shared: What `check_task` has returned.
        folder: The comparison's folder.
        workers: Number of processes.
        devices: GPUs for the workers.
        stream: Where to write progress; `None` for nowhere.
    """
    arms: dict[str, Method | None] = {BASELINE: None, **{m.name: m for m in methods}}
    images = compared_images(task.data)
    part, notes = tuning_images(images, tune.held_out, tune.seed)
    task = replace(task, data=part, conditions=(), images_per_class=None, baseline=None)
    own = {name: _own_settings(task, method, tune.seed) for name, method in arms.items()}
    space = tune.space(own[BASELINE], len(part.y_train))
    drawn = {name: space.configurations(own[name], tune.trials, tune.seed) for name in arms}
    rungs = rungs_of(tune.trials, task.epochs)
    settings = {
        **_what_was_tuned(part, tune, rungs),
        "asked": tune.asked(),
        "space": space.to_dict(),
        "images_digest": digest_of_images(images),
        "notes": list(notes),
    }
    kept_in = _kept_folder(folder, shared, settings)
    do = DoTrial(task, arms, tune.seed, kept_in, shared.get("code", {}))
    total = len(arms) * sum(rung.configurations for rung in rungs)
    with Progress(total, do.kept_before(), stream) as bar:
        trials = _trials(do, drawn, rungs, tune.score, workers, devices, bar)
    return TrainingTuning(part.name, tuple(arms), tuple(trials), settings)


def _trials(
    do: DoTrial,
    drawn: Mapping[str, Sequence[TrainingSettings]],
    rungs: Sequence[Rung],
    score: str,
    workers: int,
    devices: Sequence[str] | None,
    bar: Progress,
) -> list[TrainingTrial]:
    """Returns all trials, round by round, in the order of arms and configurations."""
    every: list[TrainingTrial] = []
    left = {name: tuple(range(len(settings))) for name, settings in drawn.items()}
    for place, rung in enumerate(rungs):
        jobs = [
            TrialJob(name, number, drawn[name][number], rung.epochs)
            for name, numbers in left.items()
            for number in numbers
        ]
        done = {job: trial for job in jobs if (trial := do.kept(job)) is not None}
        for job, trial in _done(do, [job for job in jobs if job not in done], workers, devices):
            done[job] = trial
            bar.step(_outcome(trial))
        every += [done[job] for job in jobs]
        if place + 1 < len(rungs):
            scores = {
                name: {job.number: done[job].score(score) for job in jobs if job.arm == name}
                for name in left
            }
            keep = rungs[place + 1].configurations
            left = {name: survivors(values, keep) for name, values in scores.items()}
    return every


def _done(
    do: DoTrial, jobs: Sequence[TrialJob], workers: int, devices: Sequence[str] | None
) -> Iterable[tuple[TrialJob, TrainingTrial]]:
    for job, trial in run_jobs(do, jobs, workers, devices) if jobs else ():
        gc.collect()  # each training has a model of its own, and models hold reference cycles
        yield job, trial


def _own_settings(task: Task, method: Method | None, seed: int) -> TrainingSettings:
    """Returns the settings that an arm has been compiled with."""
    size = task.batch_size if method is None else method.batch_size_for(task.batch_size)
    return compiled_settings(start(task, method, seed), size)


def _what_was_tuned(part: ImageDataset, tune: Tune, rungs: Sequence[Rung]) -> dict[str, Any]:
    return {
        "training_images": len(part.y_train),
        "validation_images": len(part.y_test),
        "trials": tune.trials,
        "rounds": [[rung.epochs, rung.configurations] for rung in rungs],
        "score": tune.score,
        "seed": tune.seed,
        "held_out": tune.held_out,
    }


def _kept_folder(
    folder: str | os.PathLike[str] | None, shared: Mapping[str, Any], settings: Mapping[str, Any]
) -> Path | None:
    """Returns the folder of these trials: another search has another one."""
    if folder is None:
        return None
    versions = {"keras": keras.__version__, "backend": keras.config.backend()}
    trained = {key: value for key, value in identity_of(shared).items() if key not in _TESTED}
    identity = {**trained, **versions, **settings, "notes": []}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]
    kept = Path(folder).expanduser() / "tuning" / digest
    write_json(kept / "settings.json", identity)
    return kept


_TESTED = ("conditions", "images_under_conditions", "test_images", "folds", "images_digest")
"""What is only tested has no part in a tuning."""


def _outcome(trial: TrainingTrial) -> str:
    accuracy = f"validation accuracy {100 * trial.accuracy:.1f} %"
    found = "diverged" if trial.loss == float("inf") else f"{accuracy}, loss {trial.loss:.3f}"
    epochs = counted(trial.epochs, "epoch")
    return f"tuning {trial.arm}, {trial.settings}, {epochs}: {found}, {trial.seconds:.0f} s"
