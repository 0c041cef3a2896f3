import keras
import numpy as np
import pytest

from keras_lateral import Method, gradient_mask_method
from keras_lateral.comparison.training import Task, start
from tests.comparison.tiny import tiny_images, tiny_model


def with_dropout() -> keras.Model:
    """Returns a model whose layers that draw keep their generators under different names."""
    layers = [keras.layers.RandomTranslation(0.3, 0.3), keras.layers.GaussianNoise(0.1)]
    model = keras.Sequential(
        [keras.Input((6, 6, 1)), keras.Sequential(layers), *tiny_model(dropout=0.5).layers]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def copied(model: keras.Model) -> keras.Model:
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return copy


def draws(model: keras.Model) -> keras.Model:
    """Uses random numbers, as methods may."""
    keras.random.uniform((3,))
    np.random.rand(4)  # noqa: NPY002
    keras.layers.Dense(2).build((None, 3))
    return model


@pytest.fixture(scope="module")
def task() -> Task:
    return Task(with_dropout, tiny_images().scaled(), epochs=2, batch_size=5)


@pytest.mark.parametrize("change", [copied, draws])
def test_a_method_that_does_nothing_is_the_baseline_to_the_last_bit(task, change):
    baseline, other = task(None, 3), task(Method("nothing", change), 3)
    for name in ("accuracy", "loss", "calibration_error", "train_accuracy"):
        assert baseline.measures[name] == other.measures[name], name
    assert baseline.history == other.history


def test_the_seed_decides_and_the_same_seed_decides_the_same(task):
    first, again, other = task(None, 3), task(None, 3), task(None, 4)
    assert first.measures["loss"] == again.measures["loss"] != other.measures["loss"]


def test_all_methods_of_a_seed_start_from_the_same_weights(task):
    plain = start(task, None, 5).get_weights()
    masked = start(task, gradient_mask_method(), 5).get_weights()
    other = start(task, None, 6).get_weights()
    for first, second in zip(plain, masked, strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(plain[0], other[0])


def test_the_measures_are_those_of_the_model_on_its_images(task):
    run = task(None, 0)
    keras.utils.set_random_seed(0)
    assert run.measures["seconds_per_epoch"] > 0
    assert set(run.measures) == {
        "accuracy", "balanced_accuracy", "macro_f1", "auc", "loss", "calibration_error",
        "train_accuracy", "seconds_per_epoch",
    }  # fmt: skip
    assert list(run.history) == ["accuracy", "loss"]
    assert len(run.history["loss"]) == task.epochs


class Explodes(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.set_weights([np.full_like(w, np.nan) for w in self.model.get_weights()])


def test_a_training_that_diverged_has_chance_accuracy(task):
    run = task(Method("explodes", callbacks=lambda: [Explodes()]), 0)
    assert run.diverged
    assert run.measures["accuracy"] == 1 / 2
    assert "loss" not in run.measures
