import logging

import keras
import numpy as np
import pytest

from keras_lateral import Method, Run, gradient_mask_method, measure_of
from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.measures import is_condition
from keras_lateral.comparison.training import Task, start
from keras_lateral.datasets import ImageFolds
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


def with_own_metrics() -> keras.Model:
    model = tiny_model()
    metrics = ["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(k=2, name="first_two")]
    model.compile("adam", "sparse_categorical_crossentropy", metrics=metrics)
    return model


def test_what_a_network_was_compiled_with_is_measured_too():
    run = Task(with_own_metrics, tiny_images().scaled(), 1, 5)(None, 0)
    assert run.measures["metric:first_two"] == 1.0
    reading = measure_of("metric:first_two")
    assert (reading.title, reading.higher_is_better) == ("first_two", True)
    assert not is_condition("metric:first_two")
    assert not measure_of("metric:mean_absolute_error").higher_is_better


def test_a_run_keeps_what_its_network_says_of_each_test_image(task):
    run = task(None, 0)
    labels = task.data.y_test
    assert run.images is not None
    assert (run.images.predicted == labels).mean() == pytest.approx(run.measures["accuracy"])
    assert run.images.surprise.mean() == pytest.approx(run.measures["loss"], abs=1e-3)
    assert run.log_probabilities.shape == (len(labels), 2)
    assert Run.from_dict(run.to_dict()).images == run.images


def test_with_folds_each_seed_tests_its_part():
    folds = ImageFolds.pooled(tiny_images(per_class=10), 2).scaled()
    task = Task(tiny_model, folds, 1, 5)
    places = [task(None, seed).images.places for seed in (0, 1)]
    assert sorted(np.concatenate(places)) == list(range(40))
    assert len(task.images(0).y_train) == 20


@pytest.mark.home
def test_many_methods_are_tried_without_a_warning_that_they_are_traced_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    methods = [Method(f"{n}", batches=lambda x, y, generator: (x, y, None)) for n in range(6)]
    with caplog.at_level(logging.WARNING, "tensorflow"):
        check_task(Task(tiny_model, tiny_images().scaled(), 1, 6), methods)
    assert "retracing" not in caplog.text
