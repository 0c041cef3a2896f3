"""One training of a comparison: same initial weights, same batches, whatever the method."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.devices.sharing import ALONE, Sharing
from keras_lateral.comparison.image_weights import ClassWeight, class_weights
from keras_lateral.comparison.kept_models.kept_models import Arm, KeptModels
from keras_lateral.comparison.per_image.measuring import Measured, measured
from keras_lateral.comparison.run import Run
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.validation import Validation, places_divided, with_validation
from keras_lateral.keras_tools.generators import drawing_generators, seed_generators
from keras_lateral.keras_tools.head.label_form import LabelForm, in_form, label_form
from keras_lateral.keras_tools.head.of_model import ModelReturns
from keras_lateral.keras_tools.paired_batches import Augment, GivenLabels, PairedBatches
from keras_lateral.keras_tools.scores import NotFiniteError
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import BASELINE, Callbacks, Method, change_by, no_callbacks, unchanged
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
        validation: Which images are for validation: a share of each seed's training images,
            `"own"` for those of the set, or `None`.
        class_weight: How much each class counts in training.
        sample_weight: How much each training image counts, float32 `(images,)`.
        sharing: The devices that share each training.
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
    validation: Validation = None
    class_weight: ClassWeight = None
    sample_weight: np.ndarray | None = None
    sharing: Sharing = ALONE

    def __call__(self, method: Method | None, seed: int, kept: KeptModels | None = None) -> Run:
        """Trains one network and measures it.

        Args:
            method: The method, or `None` for the baseline.
            seed: Seed of everything that is drawn at random.
            kept: The models of earlier trainings, to be set back instead of built anew.
        """
        return train(self, method, seed, KeptModels() if kept is None else kept)

    def images(self, seed: int) -> ImageDataset:
        """Returns the images that the trainings of a seed train on, validate and are tested on."""
        return _division(self.data, seed, self.validation)[0]

    def places(self, seed: int) -> np.ndarray | None:
        """Returns the place of each test image of a seed among all; `None` if it has its own."""
        return _division(self.data, seed, self.validation)[1]

    def batches(
        self, method: Method | None, seed: int, form: LabelForm | None = None
    ) -> PairedBatches:
        """Returns the batches that a training of the method sees.

        Args:
            method: The method, or `None` for the baseline.
            seed: The seed.
            form: In which form the model takes labels. Defaults to labels as they are.
        """
        data, method = self.images(seed), method or self.baseline
        x, y = data.x_train, data.y_train
        change = method.batches_for(data.num_classes) if method else None
        size = method.batch_size_for(self.batch_size) if method else self.batch_size
        given, own = None, self.sample_weight
        if form is not None:
            weights = class_weights(self.class_weight, data)
            given = GivenLabels(form, data.num_classes, weights)
        if own is not None and isinstance(self.validation, float):
            assert isinstance(self.data, ImageDataset)
            own = own[places_divided(self.data, self.validation, seed)[0]]
        return PairedBatches(
            *(x, y, size, seed, self.augment, change),
            given=given,
            sample_weight=own,
            method=method.name if method else "",
            parts=self.sharing.parts,
            in_order=self.sharing.reads_ahead,
        )

    def fit(self, model: keras.Model, batches: PairedBatches, **arguments: Any) -> Any:
        """Returns what Keras' `fit` returns, with batches of this task."""
        shuffle = not self.sharing.reads_ahead
        with self.sharing.scope(), without_retracing_warnings():
            return model.fit(batches, shuffle=shuffle, verbose=0, **arguments)

    def all_callbacks(self) -> list[keras.callbacks.Callback]:
        """Returns the callbacks of each training: the network's own recipe, then the user's."""
        recipe: Callbacks = getattr(self.build_model, "callbacks", no_callbacks)
        return [*recipe(), *self.callbacks()]

    def validation_data(self, seed: int, form: LabelForm) -> tuple[np.ndarray, np.ndarray] | None:
        """Returns what `fit` takes as `validation_data`; `None` without validation."""
        data = self.images(seed)
        if self.validation is None or data.x_validation is None or data.y_validation is None:
            return None
        return data.x_validation, in_form(data.y_validation, form, data.num_classes)


@lru_cache(maxsize=1)
def _division(
    data: ImageDataset | ImageFolds, seed: int, validation: Validation
) -> tuple[ImageDataset, np.ndarray | None]:
    """Returns what a seed trains on and tests; all arms of a seed ask for it, several times."""
    if isinstance(data, ImageFolds):
        return with_validation(data.split(seed), validation, seed), data.tested(seed)
    return with_validation(data, validation, seed), None


def arm(task: Task, method: Method | None) -> Arm:
    """Returns what a method trains, of which one model can serve all seeds."""

    def build(seed: int) -> keras.Model:
        return start(task, method, seed)

    def batches(seed: int) -> int:
        return len(task.batches(method, seed))

    def try_steps(model: keras.Model, seed: int, begins: keras.callbacks.Callback) -> None:
        first, steps = task.batches(method, seed, form_kept(model)), min(2, batches(seed))
        task.fit(model, first, steps_per_epoch=steps, callbacks=[begins])

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
    callbacks = [begins, *task.all_callbacks(), *(method.callbacks() if method else [])]
    form = form_kept(model)
    batches = task.batches(method, seed, form)
    epochs = method.epochs_for(task.epochs) if method else task.epochs
    fit = task.fit(
        model,
        batches,
        epochs=epochs,
        callbacks=[*callbacks, clock],
        validation_data=task.validation_data(seed, form),
        validation_batch_size=256,
    )
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
            form=form_kept(model),
        )
    except NotFiniteError:
        return None


def start(task: Task, method: Method | None, seed: int) -> keras.Model:
    """Returns the model that a method trains, with the seed's initial weights."""
    with task.sharing.scope():
        return _start(task, method, seed)


def _start(task: Task, method: Method | None, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model, method = task.build_model(), method or task.baseline
    batches = cache(partial(task.batches, method, seed))
    model = changed_for_training(model, method, seed, batches)
    keras.utils.set_random_seed(seed)  # methods differ in what building draws
    return model


def changed_for_training(
    model: keras.Model, method: Method | None, seed: int, batches: Callable[[], PairedBatches]
) -> keras.Model:
    """Returns the model that a method trains, whose layers draw what the seed says.

    Args:
        model: The model that has been built.
        method: The method, or `None` for a training without one.
        seed: The seed.
        batches: Returns the batches of the training, with labels as the method makes them.
    """
    generators = drawing_generators(model)

    def images() -> np.ndarray:
        return batches().x

    form = _form(model, images)
    if method is not None:
        model = _compiled(change_by(method, model), method)
        if _gives_shares(method, batches()):
            use_soft_labels(model)
        form = _form(model, images, form)
    vars(model)[_FORM] = form  # past Keras, which would track it
    seed_generators(model, seed, generators)
    return model


def _gives_shares(method: Method, batches: PairedBatches) -> bool:
    """Returns whether labels are shares of the classes; looks at a batch only where one may be."""
    if method.batches is None:
        return batches.y.ndim == 2
    return batches[0][1].ndim == 2


_FORM = "_keras_lateral_label_form"


def form_kept(model: keras.Model) -> LabelForm:
    """Returns the form in which a model that a method has changed for training takes labels."""
    form: LabelForm = vars(model).get(_FORM, "integers")
    return form


def _form(
    model: keras.Model, images: Callable[[], np.ndarray], preferred: LabelForm = "integers"
) -> LabelForm:
    compiled = getattr(model, "compiled", False)  # what is not is refused later, in words
    return label_form(model, images, preferred) if compiled else preferred


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
