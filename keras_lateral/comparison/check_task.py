"""Checks that find errors before the first training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.checked_callbacks import (
    callbacks_of_all,
    check_functions,
    check_rate_is_set_once,
    checked_callbacks,
)
from keras_lateral.comparison.code_of_trainings import code_of_task
from keras_lateral.comparison.image_weights import class_weights
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.monitored import check_monitored, monitored
from keras_lateral.comparison.task_settings import settings_of_task
from keras_lateral.comparison.training import Task, arm, form_kept, start
from keras_lateral.keras_tools.head.label_form import IN_WORDS
from keras_lateral.keras_tools.head.of_model import model_returning
from keras_lateral.keras_tools.learning_rate import rate_ends_near_zero
from keras_lateral.keras_tools.paired_batches import GivenLabels, PairedBatches
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.method import Method, unchanged
from keras_lateral.text import error_in_short


def adapted_to_learning_rate(task: Task, methods: Sequence[Method]) -> list[Method]:
    """Returns the methods adapted to the learning rate of these trainings.

    Raises:
        ValueError: If `build_model` returns no compiled model, or two callbacks set the rate.
    """
    check_functions(task)
    model, shared = task.build_model(), callbacks_of_all(task)
    check_compiled(model)
    check_rate_is_set_once(model, shared, "Invalid value for argument `callbacks`")

    def falls(method: Method) -> bool:
        callbacks = [*task.all_callbacks(), *checked_callbacks(method)]
        check_rate_is_set_once(model, callbacks, f"Method {method.name!r}")
        steps = len(task.batches(method, 0))
        return rate_ends_near_zero(model, callbacks, method.epochs_for(task.epochs), steps)

    return [method.under(falls(method)) for method in methods]


def check_task(
    task: Task, methods: Sequence[Method], kept: KeptModels | None = None
) -> dict[str, Any]:
    """Builds the model once with each method, and tries a batch.

    Args:
        task: What all trainings share.
        methods: The methods to compare.
        kept: Takes the baseline's model, so that trainings in this process use it.

    Returns:
        What all trainings share, as JSON-compatible values.

    Raises:
        ValueError: If the model does not fit the images, a method cannot be applied, or
            conditions share a name with each other or with a measure.
    """
    models = KeptModels() if kept is None else kept
    with models.model_for(arm(task, None), 0) as (model, begins):
        variables = tuple(model.trainable_variables)
        initial = _Start(model.get_weights(), _outputs(model, task), variables)
        reported = _check_model(model, task, begins)
        code = code_of_task(task, model)
    names = [condition.name for condition in task.conditions]
    if len(set(names)) < len(names):
        raise ValueError(
            "Invalid value for argument `conditions`. Expected conditions with different names. "
            f"Received: {names}"
        )
    check_monitored(task.all_callbacks(), reported, "Invalid value for argument `callbacks`")
    for method in methods:
        _check_method(task, method, initial, reported)
    return settings_of_task(task, model, code)


def check_compiled(model: Any) -> None:
    """Raises if `build_model` has returned no compiled model."""
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(
            "Invalid value for argument `build_model`. Expected a function that returns a compiled "
            f"keras.Model. Received: one that returns {model!r}"
        )


def _check_model(model: Any, task: Task, begins: keras.callbacks.Callback) -> list[str]:
    """Trains a model for a step, and returns the names of what `fit` reports."""
    check_compiled(model)
    data = task.images(0)
    with model_returning(model, task.model_returns):
        classes = class_probabilities(model, data.x_test[:2]).shape[1]
    if classes != data.num_classes:
        raise ValueError(
            "Invalid value for argument `build_model`. Expected a model of "
            f"{data.num_classes} classes, as {data.name!r} has. Received: {classes}"
        )
    _check_loss_of_one_score(model)
    form = form_kept(model)
    given = GivenLabels(form, data.num_classes, class_weights(task.class_weight, data))
    parts = task.sharing.parts
    batches = PairedBatches(
        data.x_train, data.y_train, task.batch_size, 0, given=given, parts=parts
    )
    validation = task.validation_data(0, form)
    keras.utils.set_random_seed(0)
    try:
        fit = task.fit(  # by `fit`, which compiles what the trainings use
            model,
            batches,
            steps_per_epoch=1,
            callbacks=[begins],
            validation_data=validation and tuple(part[:32] for part in validation),
        )
    except Exception as error:
        raise ValueError(
            f"Keras says: {error_in_short(error)}\n"
            f"Invalid value for argument `build_model`. Its model {model.name!r} cannot be trained "
            f"on images of shape {data.image_shape} with {IN_WORDS[form]}, the form that its loss "
            f"takes. {_OF_METRICS}"
        ) from error
    return list(fit.history)


_OF_METRICS = (
    "So must each of its metrics: with 'accuracy' Keras chooses the one that fits, and "
    "'sparse_categorical_accuracy' takes integers, 'categorical_accuracy' one-hot labels."
)


def _check_loss_of_one_score(model: keras.Model) -> None:
    """Raises if one score meets a loss of several, which some backends compute without a word."""
    shape: Any = getattr(model, "output_shape", None)
    loss: Any = getattr(model, "loss", None)
    if shape and shape[-1] == 1 and "sparse" in str(getattr(loss, "name", loss)).lower():
        raise ValueError(
            f"Invalid value for argument `build_model`. Its model {model.name!r} returns one "
            "score, and a sparse cross-entropy takes one for each class: the loss of one score is "
            "`binary_crossentropy`."
        )


@dataclass(frozen=True)
class _Start:
    """What the baseline's model holds and returns before the first step."""

    weights: list[np.ndarray]
    outputs: np.ndarray | None
    variables: tuple[Any, ...]


def _outputs(model: keras.Model, task: Task) -> np.ndarray | None:
    """Returns what a model returns for a few images; `None` if it cannot."""
    try:
        with without_retracing_warnings():
            y = model.predict_on_batch(task.images(0).x_train[:4])
        return np.asarray(y, "float64")
    except Exception:  # noqa: BLE001, `_check_model` then says in words what is wrong with it
        return None


def _check_method(task: Task, method: Method, initial: _Start, reported: Sequence[str]) -> None:
    model = start(task, method, 0)
    _check_new(model, initial)
    if method.starts_from == "outputs":
        _check_outputs(task, method, model, initial)
    elif not _same_weights(model.get_weights(), initial.weights):
        raise ValueError(
            f"Method {method.name!r} changes the initial weights, so its trainings would not be "
            "pairs with the baseline's. Its `change` must keep the weights, and `build_model` must "
            "draw them with Keras, whose seed is set beforehand. A method that represents the same "
            'function by other weights says `starts_from="outputs"`.'
        )
    callbacks = [*task.all_callbacks(), *checked_callbacks(method)]
    reports_its_own = method.change is not unchanged and monitored(callbacks)
    if method.batches is not None or reports_its_own:
        values = _check_batch(task, method, model)
        validated = any(name.startswith("val_") for name in reported)
        reported = [*values, *(f"val_{name}" for name in values if validated)]
    check_monitored(callbacks, reported, f"Method {method.name!r}")


def _check_new(model: keras.Model, initial: _Start) -> None:
    """Raises if a model trains what an earlier one trained, whatever the method."""
    before = {id(variable) for variable in initial.variables}
    if any(id(variable) in before for variable in model.trainable_variables):
        raise ValueError(
            "Invalid value for argument `build_model`. Expected a function that builds a new model "
            f"each time. Received one that returns the same model each time, {model.name!r}, or "
            "the same layers: a training would go on from the one before. Create all layers in the "
            "function itself."
        )


def _same_weights(weights: list[np.ndarray], initial: list[np.ndarray]) -> bool:
    return len(weights) == len(initial) and all(map(np.array_equal, initial, weights))


SAME_OUTPUTS = 1e-3
"""Largest difference, relative to the largest output, that counts as rounding."""


def _check_outputs(task: Task, method: Method, model: keras.Model, initial: _Start) -> None:
    """Raises unless a model returns what the baseline's does before the first step."""
    before, now = initial.outputs, _outputs(model, task)
    if before is None or now is None:
        return
    largest = float(np.abs(before).max())
    if now.shape != before.shape or np.abs(now - before).max() > SAME_OUTPUTS * largest:
        raise ValueError(
            f"Method {method.name!r} says that it starts from the baseline's outputs, and its "
            "model returns others before the first step, so its trainings would not be pairs with "
            "the baseline's. Its `change` must keep the function that the model computes."
        )


def _check_batch(task: Task, method: Method, model: keras.Model) -> list[str]:
    """Trains a model for a step, and returns the names of what it reports."""
    batches = task.batches(method, 0, form_kept(model))
    batch = batches[0]
    batches[len(batches) - 1]  # it may be smaller
    try:
        with without_retracing_warnings():
            return list(model.train_on_batch(*batch, return_dict=True))
    except Exception as error:
        raise ValueError(
            f"The model cannot be trained on the batches of method {method.name!r}, with labels of "
            f"shape {batch[1].shape}. Does its loss take them? Keras says: {error_in_short(error)}"
        ) from error
