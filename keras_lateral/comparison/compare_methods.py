"""Which method helps on this data, by how much, and whether that is luck."""

from __future__ import annotations

import os
import platform
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.answer.changed_images import most_changed
from keras_lateral.comparison.check_task import adapted_to_learning_rate, check_task
from keras_lateral.comparison.code_of_trainings import code_of_method
from keras_lateral.comparison.compared_runs import runs_of_methods
from keras_lateral.comparison.devices.chosen import Devices, chosen_devices, leaving_memory
from keras_lateral.comparison.folder_lock import sole_use
from keras_lateral.comparison.image_weights import ClassWeight, checked_sample_weight
from keras_lateral.comparison.kept_conditions import conditions_for_images
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.per_image.free_gains import free_gains
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.per_image.tested_images_of import tested_images, with_pictures
from keras_lateral.comparison.planned_trainings import Job, PlannedTrainings
from keras_lateral.comparison.progress import Progress
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.run_folder import RunFolder
from keras_lateral.comparison.statistics.paired_difference import scipy_stats
from keras_lateral.comparison.statistics.verdict import check_effect
from keras_lateral.comparison.training import BuildModel, Task
from keras_lateral.comparison.tuned.tune import Tune, checked_tune
from keras_lateral.comparison.tuned.tuned_task import baseline_settings, tuned_arms_of
from keras_lateral.comparison.tuned.tuning_images import compared_images
from keras_lateral.comparison.until_sure import (
    UntilSure,
    checked_budget,
    planned_trainings,
    stopped,
    with_looks,
)
from keras_lateral.comparison.workers import run_jobs
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.from_arrays import ComparedData, image_dataset
from keras_lateral.datasets.validation import Validation, check_validation
from keras_lateral.keras_tools.head.of_model import ModelReturns
from keras_lateral.keras_tools.paired_batches import Augment
from keras_lateral.keras_tools.seeds import keeping_seeds, seed_numbers
from keras_lateral.method import BASELINE, Callbacks, Method, no_callbacks
from keras_lateral.methods import MAIN_METHODS, methods_of, references
from keras_lateral.robustness.condition import Condition
from keras_lateral.tuning.training_record import TrainingTuning
from keras_lateral.version import __version__


def compare(
    build_model: BuildModel,
    data: ComparedData,
    methods: Sequence[str | Method] = MAIN_METHODS,
    *,
    seeds: int | Sequence[int] = 5,
    epochs: int = 30,
    batch_size: int = 32,
    conditions: Sequence[Condition] = (),
    images_per_class: int | None = None,
    augment: Augment | None = None,
    callbacks: Callbacks = no_callbacks,
    folder: str | os.PathLike[str] | None = None,
    workers: int = 1,
    devices: Devices = None,
    effect: float = 0.005,
    until_sure: bool | UntilSure = False,
    tune: bool | Tune | TrainingTuning = False,
    validation: Validation = None,
    class_weight: ClassWeight = None,
    sample_weight: Any = None,
    progress: bool = True,
    model_returns: ModelReturns | None = None,
) -> Comparison:
    """Trains a model with and without each method, in pairs, and says what helps.

    Trainings of one seed are pairs: they start from the same weights, see the same images in the
    same order, and are augmented in the same way. A difference within a pair is therefore due to
    the method, apart from rounding and chance. Over several seeds it has a confidence interval,
    which holds for new images of this kind and for new seeds.

    Methods are compared as their trainings end, after the last epoch or where a callback stops or
    restores weights, on the test images. These are used for no choice, provided that the methods'
    settings were not chosen on them.

    Args:
        build_model: A function without arguments that returns a new compiled model with one input
            and one score for each class, or one score for two classes. Labels are given to its
            loss as integers or one-hot, as it takes them.
        data: Training and test images: an `ImageDataset`; a pair `((x, y), (x, y))` of arrays, or
            of `tf.data.Dataset` or `PyDataset` of such batches, or a dict of them, `{"train": ...,
            "test": ...}`, which may hold `"validation"`; images that each seed divides anew,
            `ImageFolds`; or the path of a folder, or of a CSV file of paths and labels. Without
            test images of its own it is divided in five folds: each seed tests a fifth of it, and
            five seeds all of it. Labels are whole numbers, names of classes or one-hot rows. Images
            are scaled to [0, 1]; any other preprocessing belongs in the model.
        methods: Names of methods (`known_methods` lists them), joined by `"+"` for combinations
            (see `all_combinations`), or objects of class `Method`. Defaults to the main three. The
            baseline is always included.
        seeds: Number of seeds, or the seeds themselves. Two say little; five can show differences
            of about 1.2 standard deviations of the paired differences.
        epochs: Number of epochs of each training.
        batch_size: Number of images in a batch.
        conditions: Conditions under which each trained network is also tested, such as
            `Corruption("fog", 3)` or `PGD(8 / 255)`.
        images_per_class: Number of test images of each class for the conditions. Defaults to all.
        augment: A function from a batch of images and a NumPy generator to a batch, such as
            `flip_and_shift`.
        callbacks: A function that returns the callbacks of each training, the baseline's included,
            such as `lambda: [CosineLearningRate()]`. With a learning rate that decays to a small
            value, fewer seeds are needed to see a difference. Where it ends near 0, under any
            schedule, `"receptive_field_freeze"` freezes every other epoch instead of the last.
        folder: Folder in which each training is saved as soon as it is done. If the process is
            killed, the same call resumes with the remaining trainings. A later call can add seeds
            and methods. One comparison at a time can use a folder.
        workers: Number of processes that train at the same time. With more than one, the script's
            calls must be under `if __name__ == "__main__":`, as Python's multiprocessing requires.
        devices: `"auto"` for all GPUs that the backend sees, or those named as in
            `CUDA_VISIBLE_DEVICES`, such as `["0", "1"]`. Several workers get them in turn. One
            worker trains each network on all of them, on TensorFlow (`MirroredStrategy`) and JAX
            (`DataParallel`), and on torch on the first. What is trained is the same up to rounding,
            but for BatchNormalization on TensorFlow, which sees each GPU's part of a batch.
            Defaults to what Keras chooses.
        effect: The smallest difference in accuracy of interest, above 0 and at most 1: 0.005 is
            half a point. Where the interval lies within it, the verdict is "practically the same".
        until_sure: Whether to go on pair by pair until each method has a verdict, at most to 30
            seeds; or `UntilSure(seeds=..., minutes=...)` with a budget of its own. The level of
            each look is chosen so that looking does not make wrong verdicts more frequent.
        tune: Whether to tune learning rate, weight decay and batch size first, for the baseline and
            for each method with the same budget, on a part of the training images; `Tune(...)` for
            another budget, or what `tune_training` has returned. With `ImageFolds`, all seeds then
            test the images of the first division, on which nothing is tuned.
        validation: Images for validation, where callbacks monitor a value such as `val_loss`: a
            share of each seed's training images, such as 0.2, the same for all methods of a seed,
            with each class and whole units; or `"own"` for `x_validation` of an `ImageDataset`.
            Test images are never used for it. Defaults to none.
        class_weight: How much each class counts in training: `"balanced"`, which makes up for
            unequal numbers of training images, or a dict from labels or names of classes to
            weights. Multiplied with weights that a method returns.
        sample_weight: How much each training image counts, an array of shape `(images,)`, for
            images with a test set of their own. Multiplied with the others.
        progress: Whether to write a line to standard error for each training, with the time left.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `Comparison`, which prints tables and a verdict for each method.

    Raises:
        ValueError: If an argument is not as described, a method cannot be applied to the model,
            the model does not fit the images, or the folder holds another comparison. All of
            this is checked before the first training.
        RuntimeError: If another comparison uses the folder; the message says which process. If a
            worker dies.
        OSError: If the folder cannot be written. The message names the file.
        ImportError: If SciPy is missing. The message names the extra.

    Example:

    >>> import keras
    >>> from keras_lateral import compare
    >>> from keras_lateral.datasets import load_images
    >>> def build_model():
    ...     model = keras.Sequential([
    ...         keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, activation="relu"),
    ...         keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax"),
    ...     ])
    ...     model.compile("adam", "sparse_categorical_crossentropy")
    ...     return model
    >>> data = load_images("digits").subset(2, test_per_class=2)
    >>> comparison = compare(
    ...     build_model, data, ["gradient_mask"], seeds=2, epochs=1, progress=False
    ... )
    >>> len(comparison.runs), [compared.method for compared in comparison.compared()]
    (4, ['gradient_mask'])

    Reference:

    - Dror, R., Baumer, G., Shlomov, S., Reichart, R. (2018). The Hitchhiker's Guide to Testing
      Statistical Significance in Natural Language Processing.
    """
    scipy_stats()  # if SciPy is missing, raise now, not after an hour of training
    budget = checked_budget(until_sure)
    chosen, seed_list = methods_of(methods), seed_numbers(budget.seeds if budget else seeds)
    _check_counts(epochs=epochs, batch_size=batch_size, workers=workers)
    check_effect(effect)
    tuning = checked_tune(tune)
    images = image_dataset(data).scaled()
    images = images if tuning is None else compared_images(images)
    check_validation(validation)
    if tuning is not None and sample_weight is not None:
        raise ValueError(
            "Invalid value for arguments `tune` and `sample_weight`. Expected one of them: tuning "
            "trains on a part of the images, to which the weights do not belong."
        )
    conditions = conditions_for_images(conditions, images.image_shape, folder)
    used = chosen_devices(devices, workers, validation=validation)
    task = Task(
        build_model,
        images,
        epochs,
        batch_size,
        conditions,
        images_per_class,
        augment,
        callbacks,
        model_returns,
        validation=validation,
        class_weight=class_weight,
        sample_weight=checked_sample_weight(sample_weight, images),
        sharing=used.sharing,
    )
    stream = sys.stderr if progress else None
    used.say(stream)
    kept = KeptModels()
    here = workers == 1 and not used.workers  # whether this process trains
    with leaving_memory(used), keeping_seeds():
        chosen = adapted_to_learning_rate(task, chosen)
        settings = {**check_task(task, chosen, kept if here else None), **_environment()}
    _warn_of(settings["alarms"], images.alarms)
    shared = {key: settings[key] for key in settings if key not in _MAY_DIFFER}
    names = tuple(method.name for method in chosen)
    settings["references"] = references(chosen)
    settings["workers"] = workers
    settings |= {"devices": used.note} if used.note else {}
    settings |= _own_epochs(chosen, epochs)
    tested = tested_images(images)
    with leaving_memory(used), sole_use(folder), keeping_seeds():
        run_folder = _run_folder(folder, shared, chosen)
        if tuning is not None:
            ways = (folder, workers, used.workers, stream)
            task, chosen, tuned = tuned_arms_of(task, chosen, tuning, shared, *ways)
            settings["tuning"], kept = tuned.to_dict(), KeptModels()
            run_folder = _run_folder(folder, shared, chosen, baseline_settings(tuned))
        settings["methods"] = {method.name: dict(method.settings) for method in chosen}
        empty = with_looks(
            Comparison(images.name, names, seed_list, (), settings, effect, tested), budget
        )
        plan = planned_trainings(empty, run_folder, budget)
        train = _TrainAndSave(task, {method.name: method for method in chosen}, run_folder, kept)
        with Progress(plan.total, plan.done_before, stream) as bar:
            for (method, seed), run in run_jobs(train, plan, workers, used.workers):
                plan.runs.append(run)
                bar.step(_outcome(method, seed, run))
    return _finished(empty, plan, images, tested)


def _finished(
    empty: Comparison,
    plan: PlannedTrainings,
    data: ImageDataset | ImageFolds,
    tested: TestedImages,
) -> Comparison:
    """Returns a comparison with its trainings, what they reach together, and a few pictures."""
    runs = tuple(runs_of_methods(plan.runs, empty.methods, plan.seeds))
    gains = free_gains(runs, (BASELINE, *empty.methods), tested)
    comparison = stopped(replace(empty, runs=runs, free_gains=gains), plan)
    places = most_changed(comparison, empty.methods)
    return replace(comparison, tested=with_pictures(tested, data, places))


@dataclass(frozen=True)
class _TrainAndSave:
    task: Task
    methods: dict[str, Method]
    folder: RunFolder | None
    kept: KeptModels

    def __call__(self, job: Job) -> Run:
        method, seed = job
        run = self.task(self.methods.get(method), seed, self.kept)
        if self.folder is not None:
            self.folder.write(run)  # in the worker itself, so that nothing is lost on the way
        return run


_MAY_DIFFER = ("machine", "python")


def _environment() -> dict[str, Any]:
    return {
        "keras_lateral": __version__,
        "keras": keras.__version__,
        "backend": keras.config.backend(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
    }


def _warn_of(alarms: Sequence[str], known: Sequence[str]) -> None:
    """Warns before hours of training of what only the comparison has found in the images."""
    for alarm in alarms:
        if alarm not in known:
            warnings.warn(alarm, UserWarning, stacklevel=3)


def _own_epochs(methods: Sequence[Method], epochs: int) -> dict[str, Any]:
    """Returns how many epochs methods train that train longer or shorter than the baseline."""
    own = {m.name: number for m in methods if (number := m.epochs_for(epochs)) != epochs}
    return {"own_epochs": own} if own else {}


def _run_folder(
    folder: str | os.PathLike[str] | None,
    shared: dict[str, Any],
    methods: Sequence[Method],
    baseline: Mapping[str, Any] | None = None,
) -> RunFolder | None:
    if folder is None:
        return None
    settings = {BASELINE: baseline or {}, **{method.name: method.settings for method in methods}}
    code = {method.name: code_of_method(method) for method in methods}
    return RunFolder(Path(folder).expanduser(), shared, settings, code)


def _outcome(method: str, seed: int, run: Run) -> str:
    accuracy = f"accuracy {100 * run.measures['accuracy']:.1f} %"
    accuracy = f"diverged, counts as chance ({accuracy})" if run.diverged else accuracy
    return f"{method}, seed {seed}: {accuracy}, {run.seconds:.0f} s"


def _check_counts(**counts: int) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected an integer of at least 1. "
                f"Received: {name}={value!r}"
            )
