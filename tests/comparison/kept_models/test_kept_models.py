"""Which models are kept, and that those that cannot be are built anew and said so."""

import pickle
import warnings
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import Method
from keras_lateral.comparison.kept_models import kept_models
from keras_lateral.comparison.kept_models.kept_models import KeptModels
from keras_lateral.comparison.training import Task
from tests.backends import BACKEND
from tests.comparison.kept_models.drawing_model import task_of, trained_by_fit

layers = keras.layers


def small(*more: Any) -> keras.Model:
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Flatten(), *more, layers.Dense(2, activation="softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def deferred() -> keras.Model:
    model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


class Scales(layers.Layer):
    """Keeps in variables all that changes."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x: Any) -> Any:
        return x * self.scale


class Counts(Scales):
    """Counts in Python."""

    count = 0

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def call(self, x: Any, training: bool = False) -> Any:
        self.count += bool(training)
        return super().call(x)


class CountsTraces(Counts):
    """Counts in Python, and what it counts matters."""

    def call(self, x: Any, training: bool = False) -> Any:
        return super().call(x, training) * (1 + 0.1 * self.count)


class OwnStep(keras.Model):
    """A model with a training step of its own."""

    def train_step(self, *arguments: Any, **options: Any) -> Any:
        return super().train_step(*arguments, **options)


class DrawsInPython(Scales):
    """Draws a number where a compiled function keeps it."""

    def call(self, x: Any) -> Any:
        return super().call(x) + float(np.random.uniform())  # noqa: NPY002


class ChangesTheRate(keras.callbacks.Callback):
    def on_train_end(self, logs: Any = None) -> None:
        self.model.layers[1].rate = 0.5


class AddsAVariable(keras.callbacks.Callback):
    def on_train_end(self, logs: Any = None) -> None:
        self.model.optimizer.add_variable((2,), name="more")


def check(task: Task, reason: str | None, method: Method | None = None) -> KeptModels:
    """Trains three seeds; a warning comes once, and trainings are as in new models."""
    kept = KeptModels()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        first, _, last = (task(method, seed, kept) for seed in (1, 2, 3))
    texts = [str(warning.message) for warning in said if "built and traced" in str(warning.message)]
    assert [reason in text for text in texts] == ([True] if reason else [])
    assert first.history == trained_by_fit(task, method, 1).history
    assert last.history == trained_by_fit(task, method, 3).history
    assert len(kept.models()) == (0 if reason else 1)
    return kept


def test_a_model_that_is_not_built_before_its_first_batch() -> None:
    check(task_of(deferred), "its weights are made only by its first batch")


@pytest.mark.home
def test_a_model_that_counts_in_python() -> None:
    check(task_of(lambda: small(Counts())), "attribute `Counts.count` changes in training")


@pytest.mark.skipif(BACKEND == "torch", reason="nothing is compiled: each step draws anew")
def test_a_layer_that_draws_while_it_is_compiled() -> None:
    check(task_of(lambda: small(DrawsInPython())), "its first steps are others")


def test_a_layer_of_the_users_that_keeps_all_in_variables_is_kept() -> None:
    check(task_of(lambda: small(Scales())), None)


@pytest.mark.home
def test_a_layer_that_scales_by_how_often_it_was_traced() -> None:
    """What `fit` traces twice by itself is traced twice in the first training too."""
    check(task_of(lambda: small(CountsTraces())), "`CountsTraces.count` changes in training")


@pytest.mark.home
def test_a_functional_model_with_a_training_step_of_its_own_is_kept() -> None:
    def build() -> keras.Model:
        inputs = keras.Input((8, 8, 1))
        model = OwnStep(inputs, layers.Dense(2, activation="softmax")(layers.Flatten()(inputs)))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    check(task_of(build), None)


@pytest.mark.home
def test_a_callback_that_changes_a_setting() -> None:
    method = Method("drops", callbacks=lambda: [ChangesTheRate()])
    check(task_of(lambda: small(layers.Dropout(0.1))), "its settings change", method)


@pytest.mark.home
def test_a_callback_that_adds_a_variable() -> None:
    method = Method("grows", callbacks=lambda: [AddsAVariable()])
    check(task_of(small), "its training adds or removes variables", method)


@pytest.mark.skipif(not hasattr(keras.optimizers, "ScheduleFreeAdamW"), reason="not in this Keras")
def test_an_optimizer_whose_slots_begin_as_the_weights() -> None:
    def schedule_free() -> keras.Model:
        model = small()
        model.compile(keras.optimizers.ScheduleFreeAdamW(0.05), model.loss)
        return model

    # Only TensorFlow loses their first values where it makes them in a compiled step.
    reason = "its optimizer's slots do not begin as constants" if BACKEND == "tensorflow" else None
    check(task_of(schedule_free), reason)


@pytest.mark.home
def test_models_beyond_the_limit_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_models, "LARGEST", 100)
    kept = KeptModels()
    task_of(small)(None, 1, kept)
    assert kept.models() == []


@pytest.mark.home
def test_a_model_whose_training_failed_is_not_kept() -> None:
    kept = KeptModels()
    task_of(small)(None, 1, kept)

    def fail() -> list[keras.callbacks.Callback]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        task_of(small, callbacks=fail)(None, 2, kept)
    assert kept.models() == []


@pytest.mark.home
def test_another_process_has_models_of_its_own() -> None:
    kept = KeptModels()
    task_of(small)(None, 1, kept)
    assert pickle.loads(pickle.dumps(kept)).models() == []
