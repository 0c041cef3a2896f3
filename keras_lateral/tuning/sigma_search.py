"""Searches the sigma of Gradient Mask on the user's images."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.keras_tools.seeds import Seeds, seed_numbers
from keras_lateral.keras_tools.value_choice import Range, check_range
from keras_lateral.tuning.built_model import BuildModel
from keras_lateral.tuning.packages import import_keras_tuner
from keras_lateral.tuning.resumable import (
    Search,
    check_search,
    make_oracle,
    resumable_tuner_class,
)
from keras_lateral.tuning.resumable_oracle import search_role
from keras_lateral.tuning.search_settings import claim_folder
from keras_lateral.tuning.sigma_record import SigmaTrial, SigmaTuning
from keras_lateral.tuning.sigma_training import (
    Arrays,
    KeptRuns,
    SigmaTraining,
    checked_model,
    settings_of,
)

OBJECTIVE = "val_accuracy"

RunTrial = Callable[[str, float | None, int], SigmaTrial]
"""From a trial's name, sigma and number of epochs to the trial with its accuracies."""


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
                result = run(trial.trial_id, values["sigma"], epochs)
            except Exception as error:
                # Any other error would be recorded as a failed trial, and the search go on.
                raise errors.FatalRuntimeError(f"{type(error).__name__}: {error}") from error
            each = {_metric(place): value for place, value in enumerate(result.accuracies)}
            return {OBJECTIVE: float(np.mean(result.accuracies)), **each}

    return SigmaTuner


def trials_of(oracle: Any, epochs: int, seeds: int) -> tuple[SigmaTrial, ...]:
    """Returns the completed trials of an oracle in the order of sigma."""
    done = [trial for trial in oracle.trials.values() if trial.status == "COMPLETED"]
    metrics = [_metric(place) for place in range(seeds)]
    trials = [
        SigmaTrial(
            name=trial.trial_id,
            sigma=trial.hyperparameters.values["sigma"],
            epochs=trial.hyperparameters.values.get("tuner/epochs", epochs),
            accuracies=tuple(trial.metrics.get_best_value(metric) for metric in metrics),
        )
        for trial in done
    ]
    return tuple(sorted(trials, key=lambda trial: (trial.sigma, trial.epochs)))


def _metric(place: int) -> str:
    return f"seed_{place}"


NO_MASK = "no mask"

Report = Callable[[SigmaTrial], None]


def tune_sigma(
    build_model: BuildModel,
    data: ImageDataset,
    *,
    validation: int | Arrays,
    directory: str | os.PathLike[str],
    sigmas: Range = (0.5, 3.0),
    trials: int | None = None,
    epochs: int = 30,
    seeds: Seeds = 3,
    images_per_class: int | None = None,
    batch_size: int = 32,
    mask: Mapping[str, Any] | None = None,
    tuner: Search = "random",
    search_seed: int = 13,
    report: Report | None = None,
) -> SigmaTuning | None:
    """Searches the sigma of Gradient Mask with which a model classifies most images correctly.

    Every sigma is trained with the same seeds (`keras.utils.set_random_seed`): with one seed,
    initial weights, images, batches and dropout are the same for every sigma, and for the model
    without masks, which is trained too.

    It can be killed at any moment. Started again with the same folder and settings, it resumes
    with the training that was interrupted; with more `trials` it continues the search.

    With keras-tuner's environment variables (`KERASTUNER_TUNER_ID`, `KERASTUNER_ORACLE_IP`,
    `KERASTUNER_ORACLE_PORT`) it takes part in a distributed search; see the guide on tuning.

    Args:
        build_model: A function without arguments that returns a compiled functional or Sequential
            model with one score for each class, whose loss takes integer labels.
        data: Images and labels. The test images are not used.
        validation: Number of training images of each class to hold out and choose sigma by,
            different ones for each seed; or images and labels `(x, y)`, the same for all seeds.
        directory: Folder for the state of the search, one for each search.
        sigmas: Range `(low, high)` in pixels of the map, searched on a logarithmic scale.
        trials: Number of sigmas. Defaults to 8. For Hyperband it follows from `epochs`.
        epochs: Number of epochs of each training; for Hyperband, that of the last rounds.
        seeds: Number of seeds, counted from 0, or the seeds themselves.
        images_per_class: Number of training images of each class to keep, picked by the seed.
            Defaults to all that are left.
        batch_size: Number of images in a batch.
        mask: Other arguments of `apply_gradient_mask`, such as `{"threshold": 0.2}`.
        tuner: `"random"`, `"bayesian"` or `"hyperband"`; see `resumable_tuner`.
        search_seed: Positive seed that draws the sigmas to try.
        report: Function that is called after each training with the trial so far, to show progress.

    Returns:
        A `SigmaTuning`; `None` in a worker of a distributed search, whose chief has the record.

    Raises:
        ImportError: If keras-tuner, or a package that it needs here, is missing.
        ValueError: If an argument is out of its range, there are no validation images, the model
            has no convolution or is not compiled, or the folder holds another search; the message
            says what differs.

    Example:

    >>> import keras, tempfile
    >>> from keras_lateral import tune_sigma
    >>> from keras_lateral.datasets import load_images
    >>> def build_model():
    ...     layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.Flatten()]
    ...     model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    ...     model.compile("adam", "sparse_categorical_crossentropy")
    ...     return model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = tune_sigma(
    ...         build_model, load_images("digits").scaled(), validation=10, directory=folder,
    ...         images_per_class=2, trials=2, epochs=1, seeds=1,
    ...     )
    >>> len(record.trials), 0.5 <= record.best_sigma <= 3.0
    (2, True)
    """
    import_keras_tuner()
    check_search(tuner, trials)
    training = SigmaTraining(
        build_model, data, validation, images_per_class, batch_size, dict(mask or {})
    )
    check_range("sigmas", sigmas)
    model = checked_model(training, epochs)
    chosen = seed_numbers(seeds)
    settings = {
        **settings_of(training, sigmas, model),
        "epochs": epochs,
        "seeds": list(chosen),
        "tuner": tuner,
        "search_seed": search_seed,
    }
    folder = Path(directory)
    claim_folder(folder, settings)
    run = _run_trial(KeptRuns(training, folder / "runs"), chosen, report)
    oracle = _sigma_oracle(tuner, folder, sigmas, trials, epochs, search_seed)
    baseline = None
    if search_role() == "alone":  # first, because it shows what is wrong with a model
        baseline = run(NO_MASK, None, epochs)
    sigma_tuner_class()(oracle=oracle, directory=folder, project_name="trials").search(
        run, epochs, verbose=0
    )
    if search_role() == "worker":
        return None
    baseline = baseline or run(NO_MASK, None, epochs)
    return SigmaTuning(baseline, trials_of(oracle, epochs, len(chosen)), chosen, settings)


def _run_trial(train: KeptRuns, seeds: tuple[int, ...], report: Report | None) -> RunTrial:
    def run(name: str, sigma: float | None, epochs: int) -> SigmaTrial:
        accuracies: tuple[float, ...] = ()
        for seed in seeds:
            accuracies = (*accuracies, train(sigma, seed, epochs))
            trial = SigmaTrial(name, sigma, epochs, accuracies)
            if report is not None:
                report(trial)
        return trial

    return run


def _sigma_oracle(
    tuner: Search, folder: Path, sigmas: Range, trials: int | None, epochs: int, search_seed: int
) -> Any:
    keras_tuner = import_keras_tuner()
    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Float("sigma", *map(float, sigmas), sampling="log")
    return make_oracle(
        tuner,
        folder,
        keras_tuner.Objective(OBJECTIVE, "max"),
        8 if trials is None and tuner != "hyperband" else trials,
        epochs,
        search_seed,
        hyperparameters,
    )
