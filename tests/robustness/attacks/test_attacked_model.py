"""An attack sees probabilities and gradients, even where the model is certain."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.robustness.attacks.attacked_model import AttackedModel, one_hot
from tests.robustness.classifiers import images, linear

RNG = np.random.default_rng(2)
W = RNG.normal(size=(8, 3)).astype("float32")
b = RNG.normal(size=3).astype("float32")


@pytest.mark.parametrize("one", [False, True])
@pytest.mark.parametrize("head", ["logits", "probabilities"])
def test_gradients_of_a_linear_model_are_the_textbook_ones(head: str, one: bool) -> None:
    x, t = images(11, (2, 2, 2)), RNG.normal(size=(11, 3))
    t = t * one_hot(np.arange(11) % 3, 3) if one else t
    attacked = AttackedModel(linear(W, b, (2, 2, 2), head), x, batch_size=4)
    z = x.reshape(11, 8).astype("float64") @ W + b
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(attacked.probabilities(x), p, rtol=1e-5)
    np.testing.assert_allclose(attacked.log_probabilities(x), np.log(p), rtol=1e-4, atol=1e-6)
    of_logs = (t - p * t.sum(axis=1, keepdims=True)) @ W.T
    of_probabilities = (p * (t - (t * p).sum(axis=1, keepdims=True))) @ W.T
    found = attacked.gradient(x, t), attacked.gradient(x, t, of_logs=False)
    np.testing.assert_allclose(found[0].reshape(11, 8), of_logs, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[1].reshape(11, 8), of_probabilities, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("head", ["logits", "probabilities"])
def test_the_gradient_is_right_where_the_probability_rounds_to_one(head: str) -> None:
    sure = linear(W, np.array([25, 0, 0], "float32"), (2, 2, 2), head)
    x, label = images(3, (2, 2, 2)), one_hot([0, 0, 0], 3)
    attacked = AttackedModel(sure, x)
    z = x.reshape(3, 8).astype("float64") @ W + [25, 0, 0]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert (p[:, 0].astype("float32") == 1).all()
    found = attacked.gradient(x, -label).reshape(3, 8)
    np.testing.assert_allclose(found, (p - label) @ W.T, rtol=1e-4)


def test_a_usual_loss_has_no_gradient_where_the_probability_rounds_to_one() -> None:
    sure = linear(W, np.array([25, 0, 0], "float32"), (2, 2, 2), "probabilities")
    x, label = images(3, (2, 2, 2)), np.zeros(3, "int32")

    def loss(x: Tensor) -> Tensor:
        p = ops.relu(sure(x))  # keeps Keras from using the logits
        return ops.sum(keras.losses.sparse_categorical_crossentropy(label, p))

    assert not ops.convert_to_numpy(gradients(loss, [ops.convert_to_tensor(x)])[1][0]).any()
