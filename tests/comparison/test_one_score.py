"""The commonest classifier of two classes, one sigmoid, is one with two scores in other words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import Corruption, Method, Pruned, compare, evaluate, pruning_curve
from keras_lateral.datasets import ImageDataset
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from tests.comparison.tiny import tiny_images


def images() -> ImageDataset:
    """Returns images large enough to be corrupted."""
    data = tiny_images()
    sides = ((0, 0), (1, 1), (1, 1), (0, 0))
    return replace(data, x_train=np.pad(data.x_train, sides), x_test=np.pad(data.x_test, sides))


def one_score(from_logits: bool = False) -> keras.Model:
    activation = None if from_logits else "sigmoid"
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, activation=activation),
        ]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model


def with_two(model: keras.Model) -> keras.Model:
    """Returns the same classifier with a softmax over (0, z)."""
    two = keras.Sequential([*model.layers[:-1], layers.Dense(2, activation="softmax")])
    two.build((None, 8, 8, 1))
    W, b = model.layers[-1].get_weights()
    two.layers[-1].set_weights([np.concatenate([0 * W, W], 1), np.concatenate([0 * b, b])])
    two.compile("sgd", "sparse_categorical_crossentropy")
    return two


def mixed(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> Any:
    return (x + x[::-1]) / 2, (np.eye(2)[y] + np.eye(2)[y[::-1]]) / 2, None


@pytest.mark.home
def test_it_is_compared_with_methods_that_mix_images_too() -> None:
    comparison = compare(
        one_score,
        images(),
        ["gradient_mask", Method("mixed", batches=mixed)],
        seeds=1,
        epochs=8,
        conditions=[Pruned(0.1), Corruption("fog", 1)],
        progress=False,
    )
    first = comparison.runs[0]
    assert len(comparison.runs) == 3
    assert first.measures["accuracy"] > 0.9
    assert first.measures["train_accuracy"] > 0.9
    assert 0 < first.measures["loss"] < 0.7
    assert "pruned-0.1" in first.measures


@pytest.mark.parametrize("from_logits", [False, True])
def test_it_is_measured_as_the_same_classifier_with_two_scores(from_logits: bool) -> None:
    data, model = images().scaled(), one_score(from_logits)
    model.fit(data.x_train, data.y_train, epochs=2, verbose=0)
    conditions = [Pruned(0.5), Corruption("fog", 1)]
    found, expected = (evaluate(m, data, conditions) for m in (model, with_two(model)))
    assert found.accuracy == expected.accuracy
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)
    assert found.loss == pytest.approx(model.evaluate(data.x_test, data.y_test, verbose=0)[0], 1e-4)
    assert found.calibration_error == pytest.approx(expected.calibration_error, rel=1e-5)
    assert found.results[1].accuracy == expected.results[1].accuracy
    accuracies = pruning_curve(model, data, (0.0, 0.5)).accuracies
    assert accuracies == (found.accuracy, found.results[0].accuracy)


@pytest.mark.parametrize("from_logits", [False, True])
def test_shares_of_the_two_classes_have_the_binary_cross_entropy(from_logits: bool) -> None:
    model = one_score(from_logits)
    x, y = images().scaled().x_train[:4], np.array([0, 1, 1, 0])
    hard = model.train_on_batch(x, y, return_dict=True)["loss"]
    model = one_score(from_logits)
    use_soft_labels(model)
    z = model.predict(x, verbose=0).astype("float64")[:, 0]
    p = 1 / (1 + np.exp(-z)) if from_logits else z
    shares = np.array([[0.25, 0.75], [1, 0], [0, 1], [0.5, 0.5]])
    expected = -np.mean(shares[:, 0] * np.log(1 - p) + shares[:, 1] * np.log(p))
    assert model.evaluate(x, shares, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    as_labels = -np.mean(np.log(np.where(y == 1, p, 1 - p)))
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(as_labels, rel=1e-5)
    assert found["accuracy"] == np.mean((p > 0.5) == y)
    assert hard > 0


def test_several_labels_and_regressions_are_refused_before_the_first_training() -> None:
    def several() -> keras.Model:
        model = keras.Sequential(
            [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2, activation="sigmoid")]
        )
        model.compile("sgd", "binary_crossentropy")
        return model

    with pytest.raises(ValueError, match="each of 2 labels whether an image has it"):
        compare(several, images(), seeds=1, epochs=1, progress=False)


class Fails(keras.metrics.Metric):
    def update_state(self, y: Any, p: Any, sample_weight: Any = None) -> None:
        raise RuntimeError("my metric is broken")

    def result(self) -> Any:
        return 0.0


def test_a_metric_that_fails_says_its_own_error_first() -> None:
    def build() -> keras.Model:
        model = one_score()
        model.compile("sgd", "binary_crossentropy", metrics=[Fails()])
        return model

    with pytest.raises(ValueError, match=r"(?s)^Keras says: \w+: .*my metric is broken.*metrics"):
        compare(build, images(), seeds=1, epochs=1, progress=False)
