"""A classifier with one score is attacked as the same classifier with two."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import FGSM, PGD, SimBA, art_classifier, gradient_obfuscation
from keras_lateral.robustness.attacks.attacked_model import AttackedModel, one_hot
from tests.robustness.classifiers import images

RNG = np.random.default_rng(4)
W = RNG.normal(size=(8, 1)).astype("float32")


class Sigmoid(layers.Layer):
    """A sigmoid that nothing shows."""

    def call(self, z: Any) -> Any:
        return ops.sigmoid(z)


def one_score(head: str, b: float = 0.1) -> keras.Model:
    ends = {
        "sigmoid": [layers.Dense(1, activation="sigmoid")],
        "layer": [layers.Dense(1), layers.Activation("sigmoid"), layers.Reshape((1,))],
        "logit": [layers.Dense(1)],
        "hidden": [layers.Dense(1), Sigmoid()],
    }
    model = keras.Sequential([keras.Input((2, 2, 2)), layers.Flatten(), *ends[head]])
    model.set_weights([W, np.array([b])])
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=head == "logit"))
    return model


def two_scores(b: float = 0.1) -> keras.Model:
    model = keras.Sequential([keras.Input((2, 2, 2)), layers.Flatten(), layers.Dense(2)])
    model.set_weights([np.concatenate([0 * W, W], axis=1), np.array([0, b])])
    return model


HEADS = ["sigmoid", "layer", "logit", "hidden"]


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_a_linear_model_are_the_textbook_ones(head: str) -> None:
    x, y = images(6, (2, 2, 2)), np.arange(6) % 2
    attacked = AttackedModel(one_score(head), x)
    z = x.reshape(6, 8).astype("float64") @ W + 0.1
    p = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(attacked.probabilities(x), np.hstack([1 - p, p]), rtol=1e-5)
    assert attacked.classes == 2
    label = one_hot(y, 2)
    of_log = (y[:, None] - p) @ W.T  # d log p_y / dz = y - p
    found = attacked.gradient(x, label).reshape(6, 8)
    np.testing.assert_allclose(found, of_log, rtol=1e-4, atol=1e-6)
    sign = 2.0 * y[:, None] - 1
    of_p = (sign * p * (1 - p)) @ W.T
    found = attacked.gradient(x, label, of_logs=False).reshape(6, 8)
    np.testing.assert_allclose(found, of_p, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("head", ["sigmoid", "layer", "logit"])
def test_the_gradient_is_right_where_the_sigmoid_rounds_to_one(head: str) -> None:
    x = images(3, (2, 2, 2))
    attacked = AttackedModel(one_score(head, 25.0), x)
    z = x.reshape(3, 8).astype("float64") @ W + 25
    p = 1 / (1 + np.exp(-z))
    assert (p.astype("float32") == 1).all()
    found = attacked.gradient(x, -one_hot([1, 1, 1], 2)).reshape(3, 8)
    np.testing.assert_allclose(found, (-1 / (1 + np.exp(z))) @ W.T, rtol=1e-4)
    assert found.any()


def labelled(count: int) -> tuple[np.ndarray, np.ndarray]:
    x = images(count, (2, 2, 2))
    return x, (x.reshape(count, 8) @ W + 0.1 > 0)[:, 0].astype("int64")


@pytest.mark.parametrize("attack", [FGSM(0.2), PGD(0.2, steps=3), SimBA(0.2, iterations=8)])
def test_attacks_find_what_they_find_with_two_scores(attack: Any) -> None:
    x, y = labelled(12)
    found, expected = (attack.measure(m, x, y) for m in (one_score("sigmoid"), two_scores()))
    assert found.accuracy == expected.accuracy < 1
    for name, value in expected.details.items():
        if isinstance(value, float):
            assert found.details[name] == pytest.approx(value, rel=1e-4), name


def test_the_toolbox_sees_two_classes() -> None:
    x, y = labelled(4)
    ours, theirs = (art_classifier(m, output="logits") for m in (one_score("logit"), two_scores()))
    assert ours.nb_classes == 2
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours.loss_gradient(x, y), theirs.loss_gradient(x, y), rtol=1e-4)
    np.testing.assert_allclose(ours.class_gradient(x), theirs.class_gradient(x), rtol=1e-4)


@pytest.mark.slow
def test_obfuscation_is_looked_for() -> None:
    x, y = labelled(12)
    assert not gradient_obfuscation(one_score("sigmoid"), x, y, 0.05, steps=4, queries=8).obfuscated
