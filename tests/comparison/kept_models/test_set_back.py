"""A training in a model that was set back is that in a new model, bit for bit."""

import warnings
from collections.abc import Callable
from typing import Any

import keras
import pytest

from keras_lateral import FrameRegularizer, Method, known_methods, regularizer_method
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.training import Task
from keras_lateral.methods import methods_of
from keras_lateral.models.weights_digest import digest_of_arrays
from tests.comparison.kept_models.drawing_model import (
    drawing_model,
    task_of,
    task_with,
    trained_by_fit,
    with_cosine,
)
from tests.receptive_field.freeze.optimizer_cases import CASES

optimizers = keras.optimizers
NAMES = [line.name for line in known_methods()]
COMBINED = ["gradient_mask+frame_regularizer+receptive_field_freeze"]
MORE_OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "adafactor": lambda: optimizers.Adafactor(0.05),
    "ftrl": lambda: optimizers.Ftrl(0.05),
}


def check(task: Task, method: Method | None = None) -> None:
    """Trains one model twice, the second time as a new model with another seed is trained."""
    kept = KeptModels()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ReceptiveFieldFreeze changed n")  # in two epochs
        warnings.filterwarnings("error", ".* is built and traced anew")
        task(method, 1, kept)
        (model,) = kept.models()
        found = task(method, 2, kept)
    assert kept.models() == [model]
    straight = trained_by_fit(task, method, 2)
    assert found.history == straight.history
    assert [w.tobytes() for w in model.get_weights()] == straight.weights
    assert found.weights_digest == digest_of_arrays(*model.get_weights())


def test_a_model_that_draws_averages_and_counts() -> None:
    check(task_with(CASES["all of that"]))


def test_a_model_whose_layers_are_frozen_in_every_other_epoch() -> None:
    (freeze,) = methods_of(["receptive_field_freeze"])
    check(with_cosine(), freeze.under(rate_ends_near_zero=True))


@pytest.mark.parametrize("name", ["spectral_restricted_isometry"])
def test_a_penalty_that_draws(name: str) -> None:
    check(task_of(), *methods_of([name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, *COMBINED])
def test_every_method(name: str) -> None:
    check(with_cosine(), *methods_of([name]))


@pytest.mark.slow
def test_a_penalty_of_some_steps_only() -> None:
    check(task_of(), regularizer_method(FrameRegularizer(every=3), name="lazy"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CASES, *MORE_OPTIMIZERS])
def test_every_optimizer(name: str) -> None:
    check(task_with({**CASES, **MORE_OPTIMIZERS}[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["averages in place of the weights", "loss scale and averages"])
def test_a_freeze_under_an_optimizer_that_averages(name: str) -> None:
    check(task_with(CASES[name]), *methods_of(["receptive_field_freeze"]))


@pytest.mark.slow
def test_a_learning_rate_that_falls_when_the_loss_does_not() -> None:
    def callbacks() -> list[keras.callbacks.Callback]:
        reduce = keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=10.0)
        return [reduce, keras.callbacks.EarlyStopping("loss", min_delta=10.0, patience=1)]

    check(task_of(drawing_model, callbacks=callbacks))
