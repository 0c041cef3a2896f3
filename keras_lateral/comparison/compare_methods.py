"""Which method helps on this data, by how much, and whether that is luck."""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.check_task import check_task, under_its_rate
from keras_lateral.comparison.compared_runs import of_methods
from keras_lateral.comparison.progress import Progress
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.run import Run
from keras_lateral.comparison.run_folder import RunFolder
from keras_lateral.comparison.statistics.paired_difference import scipy_stats
from keras_lateral.comparison.training import BuildModel, Task
from keras_lateral.comparison.workers import run_jobs
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.keras_tools.paired_batches import Augment
from keras_lateral.keras_tools.seeds import seed_numbers
from keras_lateral.method import BASELINE, Callbacks, Method, no_callbacks
from keras_lateral.methods import MAIN_METHODS, methods_of, references
from keras_lateral.robustness.condition import Condition
from keras_lateral.version import __version__

Job = tuple[str, int]


def compare(
    build_model: BuildModel,
    data: ImageDataset,
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
    devices: Sequence[str] | None = None,
    effect: float = 0.005,
    progress: bool = True,
) -> Comparison:
    """Trains a model with each method and without, in pairs, and says what helps.

    Trainings of one seed are pairs: they start from the same weights, see the same images in the
    same order, and are augmented in the same way. So a difference within a pair is the method's,
    up to what rounding and the images make of it; over several seeds it gets an interval.

    Methods are compared after the last epoch, on the test images. Those chose nothing, as long
    as the methods' settings were not chosen on them.

    Args:
        build_model: Takes nothing and returns a new compiled model, of one input and one score
            for each class, whose loss takes integer labels.
        data: Images, training and test. They are scaled to [0, 1]; the model does the rest.
        methods: Names, `"gradient_mask"`, `"frame_regularizer"`, `"receptive_field_freeze"` or a
            rival regularizer, joined by `"+"` for both together (see `all_combinations`), or
            objects of class `Method`. The baseline is always there.
        seeds: How many, or which. Two tell little; five see differences of about 1.2 standard
            deviations of a pair.
        epochs: Of each training.
        batch_size: Images in a batch.
        conditions: What each trained network is tested under besides, such as
            `Corruption("fog", 3)` or `PGD(8 / 255)`.
        images_per_class: Test images of each class for the conditions. Defaults to all.
        augment: A function from a batch of images and a NumPy generator to a batch, such as
            `flip_and_shift`.
        callbacks: Makes callbacks for every training, the baseline's too, such as
            `lambda: [CosineDecay()]`. With a learning rate that ends small, differences are seen
            with fewer seeds. Where it ends near 0, whoever makes it so, the freeze that is meant
            by `"receptive_field_freeze"` is of every other epoch instead of the last.
        folder: Where every training is kept as soon as it is done. After a kill, the same call
            goes on with what is left. More seeds and methods can be added by a later call.
        workers: How many processes train at a time. More than one need a script whose calls
            stand under `if __name__ == "__main__":`, as Python's multiprocessing does.
        devices: GPUs for the workers in turn, as `CUDA_VISIBLE_DEVICES` names them, such as
            `["0", "1"]`.
        effect: The smallest difference in accuracy of interest, for the number of seeds that a
            verdict names. 0.005 is half a point.
        progress: Writes a line to standard error for each training, with the time left.

    Returns:
        A `Comparison`, which prints tables and a verdict for each method.

    Raises:
        ValueError: If an argument is not as described, a method cannot be applied to the model,
            the model does not fit the images, or the folder holds another comparison. All of
            that is found before the first training.
        ImportError: If SciPy is missing. The message names the extra.

    Example:

    >>> from functools import partial
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
    >>> len(comparison.runs), [one.method for one in comparison.compared()]
    (4, ['gradient_mask'])

    Reference:

    - Dror, R., Baumer, G., Shlomov, S., Reichart, R. (2018). The Hitchhiker's Guide to Testing
      Statistical Significance in Natural Language Processing.
    """
    scipy_stats()  # not after an hour of training
    chosen, numbers = methods_of(methods), seed_numbers(seeds)
    _check_counts(epochs=epochs, batch_size=batch_size, workers=workers)
    data = data.scaled()
    task = Task(
        build_model, data, epochs, batch_size, conditions, images_per_class, augment, callbacks
    )
    chosen = under_its_rate(task, chosen)
    settings = {**check_task(task, chosen), **_environment()}
    shared = {key: settings[key] for key in settings if key not in _MAY_DIFFER}
    kept = _kept(folder, shared, chosen)
    todo, found = _what_is_left(kept, chosen, numbers)
    job = _Training(task, {method.name: method for method in chosen}, kept)
    total, stream = len(todo) + len(found), sys.stderr if progress else None
    with Progress(total, len(found), stream) as shown:
        for (method, seed), run in run_jobs(job, todo, workers, devices):
            found.append(run)
            shown.step(_outcome(method, seed, run))
    names = tuple(method.name for method in chosen)
    settings["methods"] = {method.name: dict(method.settings) for method in chosen}
    settings["references"] = references(chosen)
    runs = tuple(of_methods(found, names, numbers))
    return Comparison(data.name, names, numbers, runs, settings, effect)


@dataclass(frozen=True)
class _Training:
    task: Task
    methods: dict[str, Method]
    kept: RunFolder | None

    def __call__(self, job: Job) -> Run:
        method, seed = job
        run = self.task(self.methods.get(method), seed)
        if self.kept is not None:
            self.kept.write(run)  # by the worker itself: nothing is lost on the way
        gc.collect()  # models hold cycles
        return run


_MAY_DIFFER = ("machine", "python", "workers")


def _environment() -> dict[str, Any]:
    return {
        "keras_lateral": __version__,
        "keras": keras.__version__,
        "backend": keras.config.backend(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
    }


def _kept(
    folder: str | os.PathLike[str] | None, shared: dict[str, Any], methods: Sequence[Method]
) -> RunFolder | None:
    if folder is None:
        return None
    settings = {BASELINE: {}, **{one.name: one.settings for one in methods}}
    return RunFolder(Path(folder).expanduser(), shared, settings)


def _what_is_left(
    kept: RunFolder | None, methods: Sequence[Method], seeds: Sequence[int]
) -> tuple[list[Job], list[Run]]:
    """All methods of one seed before the next, so that any stop leaves whole pairs."""
    jobs = [(name, seed) for seed in seeds for name in (BASELINE, *(one.name for one in methods))]
    there = {job: run for job in jobs if kept is not None and (run := kept.read(*job))}
    return [job for job in jobs if job not in there], list(there.values())


def _outcome(method: str, seed: int, run: Run) -> str:
    accuracy = "diverged" if run.diverged else f"accuracy {100 * run.measures['accuracy']:.1f} %"
    return f"{method}, seed {seed}: {accuracy}, {run.seconds:.0f} s"


def _check_counts(**counts: int) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected an integer of at least 1. "
                f"Received: {name}={value!r}"
            )
