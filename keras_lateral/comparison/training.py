"""One training of a comparison: same initial weights, same batches, whatever the method."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.kept_models.kept_models import Arm, KeptModels
from keras_lateral.comparison.per_image.measuring import Measured, measured
from keras_lateral.comparison.run import Run
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.keras_tools.generators import drawing_generators, seed_generators
from keras_lateral.keras_tools.head.of_model import ModelReturns
from keras_lateral.keras_tools.paired_batches import Augment, PairedBatches
from keras_lateral.keras_tools.scores import NotFiniteError
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import BASELINE, Callbacks, Method, no_callbacks, unchanged
from keras_lateral.models.weights_digest import digest_of_arrays
from keras_lateral.robustness.condition import Condition

BuildModel = Callable[[], keras.Model]


@dataclass(frozen=True, eq=False)
class Task:
    """What all trainings of a comparison share.

    Args:
        build_model: Returns a new compiled model.
        data: Scaled images: training and test images, or folds that each seed divides anew.
        epochs: Number of epochs of each training.
        batch_size: Number of images in a batch.
        conditions: Conditions under which each trained network is tested.
        images_per_class: Number of test images of each class for the conditions; `None` for all.
        augment: Augments batches of training images.
        callbacks: Returns the callbacks of each training.
        model_returns: What the networks return, where they do not show it themselves.
        baseline: How the baseline is trained, where it is not as compiled: with tuned settings.
    """

    build_model: BuildModel
    data: ImageDataset | ImageFolds
    epochs: int
    batch_size: int
    conditions: Sequence[Condition] = ()
    images_per_class: int | None = None
    augment: Augment | None = None
    callbacks: Callbacks = no_callbacks
    model_returns: ModelReturns | None = None
    baseline: Method | None = None

    def __call__(self, method: Method | None, seed: int, kept: KeptModels | None = None) -> Run:
        """Trains one network and measures it.

        Args:
            method: The method, or `None` for the baseline.
            seed: Seed of everything that is drawn at random.
            kept: The models of earlier trainings, to be set back instead of built anew.
        """
        return train(self, method, seed, KeptModels() if kept is None else kept)

    def images(self, seed: int) -> ImageDataset:
        """Returns the images that the trainings of a seed train on and are tested on."""
        return _division(self.data, seed)[0] if isinstance(self.data, ImageFolds) else self.data

    def places(self, seed: int) -> np.ndarray | None:
        """Returns the place of each test image of a seed among all; `None` if it has its own."""
        return _division(self.data, seed)[1] if isinstance(self.data, ImageFolds) else None

    def batches(self, method: Method | None, seed: int) -> PairedBatches:
        """Returns the batches that a training of the method sees."""
        data, method = self.images(seed), method or self.baseline
        x, y = data.x_train, data.y_train
        change = method.batches_for(data.num_classes) if method else None
        size = method.batch_size_for(self.batch_size) if method else self.batch_size
        return PairedBatches(x, y, size, seed, self.augment, change)


@lru_cache(maxsize=1)
def _division(data: ImageFolds, seed: int) -> tuple[ImageDataset, np.ndarray]:
    """Returns what a seed trains on and tests; all arms of a seed ask for it, several times."""
    return data.split(seed), data.tested(seed)


def arm(task: Task, method: Method | None) -> Arm:
    """Returns what a method trains, of which one model can serve all seeds."""

    def build(seed: int) -> keras.Model:
        return start(task, method, seed)

    def batches(seed: int) -> int:
        return len(task.batches(method, seed))

    def try_steps(model: keras.Model, seed: int, begins: keras.callbacks.Callback) -> None:
        first, steps = task.batches(method, seed), min(2, batches(seed))
        with without_retracing_warnings():
            model.fit(first, steps_per_epoch=steps, verbose=0, callbacks=[begins])

    trained = method or task.baseline
    change = trained.change if trained else unchanged
    return Arm(method.name if method else BASELINE, build, change, batches, try_steps)


def train(task: Task, method: Method | None, seed: int, kept: KeptModels) -> Run:
    """Trains one network and measures it."""
    began = time.perf_counter()
    with kept.model_for(arm(task, method), seed) as (model, begins):
        return _run(model, begins, task, method, seed, began)


def _run(
    model: keras.Model,
    begins: keras.callbacks.Callback,
    task: Task,
    method: Method | None,
    seed: int,
    began: float,
) -> Run:
    clock, name = EpochClock(), method.name if method else BASELINE
    method = method or task.baseline
    callbacks = [begins, *task.callbacks(), *(method.callbacks() if method else [])]
    batches = task.batches(method, seed)
    epochs = method.epochs_for(task.epochs) if method else task.epochs
    with without_retracing_warnings():
        fit = model.fit(batches, epochs=epochs, verbose=0, callbacks=[*callbacks, clock])
    history = {name: [float(value) for value in values] for name, values in fit.history.items()}
    times = {"seconds_per_epoch": clock.seconds_per_epoch()}
    found = _measured_if_finite(model, task, seed)
    if found is None:
        measures = {"accuracy": 1 / task.data.num_classes, **times}
        return Run(name, seed, measures, time.perf_counter() - began, True, history)
    digest = digest_of_arrays(*model.get_weights())
    return Run(
        name,
        seed,
        {**found.measures, **times},
        time.perf_counter() - began,
        history=history,
        details=found.details,
        weights_digest=digest,
        images=found.images,
        log_probabilities=found.log_probabilities,
    )


def _measured_if_finite(model: keras.Model, task: Task, seed: int) -> Measured | None:
    """Returns the measures; `None` of a training that diverged.

    Weights may be finite and scores not: those of half precision overflow first.
    """
    if not _is_finite(model):
        return None
    try:
        return measured(
            model,
            task.images(seed),
            task.places(seed),
            conditions=task.conditions,
            images_per_class=task.images_per_class,
            model_returns=task.model_returns,
        )
    except NotFiniteError:
        return None


def start(task: Task, method: Method | None, seed: int) -> keras.Model:
    """Returns the model that a method trains, with the seed's initial weights."""
    keras.utils.set_random_seed(seed)
    model = task.build_model()
    generators, method = drawing_generators(model), method or task.baseline
    if method is not None:
        model = _compiled(method.change(model), method)
        if method.batches is not None and task.batches(method, seed)[0][1].ndim == 2:
            use_soft_labels(model)
    seed_generators(model, seed, generators)
    keras.utils.set_random_seed(seed)  # methods differ in what building draws
    return model


def _compiled(model: object, method: Method) -> keras.Model:
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(
            f"The `change` of method {method.name!r} does not return a compiled model. "
            f"Received: {model!r}"
        )
    return model


class EpochClock(keras.callbacks.Callback):
    """Times epochs. If there are several, the first is left out, because it includes tracing."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seconds.append(time.perf_counter() - self._began)

    def seconds_per_epoch(self) -> float:
        """Returns the median time of an epoch."""
        return float(np.median(self.seconds[1:] or self.seconds or [float("nan")]))


def _is_finite(model: keras.Model) -> bool:
    return all(np.isfinite(np.asarray(w, "float64")).all() for w in model.get_weights())
