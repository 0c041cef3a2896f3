"""Probabilities or logits: what the user says, what the model ends in, or what its loss takes."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses, ops

from keras_lateral.keras_tools.head.compiled_loss import compiled_loss
from keras_lateral.keras_tools.head.of_model import head_of, model_returning
from keras_lateral.keras_tools.scores import class_probabilities

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


class Unknown(layers.Layer):
    """Hides what it does."""

    def __init__(self, function: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function = function

    def call(self, x: Any) -> Any:
        return self.function(x)


def model(*parts: Any, units: int = 3, loss: Any = None) -> keras.Model:
    made = keras.Sequential([keras.Input((4,)), layers.Dense(units), *parts])
    if loss is not None:
        made.compile("sgd", loss)
    return made


def own_loss(y: Any, p: Any) -> Any:
    return ops.mean(p)


def name_of(loss: Any) -> str:
    """Returns a name that is the same in every process."""
    return loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)


LOSSES = {
    "sparse_categorical_crossentropy": ("categorical", False),
    "binary_crossentropy": ("binary", False),
    "mse": ("other", None),
    losses.SparseCategoricalCrossentropy(from_logits=True): ("categorical", True),
    losses.CategoricalFocalCrossentropy(from_logits=True): ("categorical", True),
    losses.BinaryFocalCrossentropy(): ("binary", False),
    losses.binary_crossentropy: ("binary", False),
    partial(losses.sparse_categorical_crossentropy, from_logits=True): ("categorical", True),
    own_loss: ("other", None),
}


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_what_a_loss_says(loss: Any) -> None:
    reading = compiled_loss(model(loss=loss))
    assert reading is not None
    assert (reading.family, reading.from_logits) == LOSSES[loss]
    in_a_list = compiled_loss(model(loss=[loss]))
    assert in_a_list == reading


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        ("sparse_categorical_crossentropy", "softmax"),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "logits"),
    ],
)
def test_the_loss_decides_where_the_end_is_not_known(loss: Any, kind: str) -> None:
    assert head_of(model(Unknown(ops.softmax), loss=loss), X).kind == kind


@pytest.mark.parametrize("loss", [None, own_loss, "mse"])
def test_what_nothing_shows_must_be_said(loss: Any) -> None:
    unknown = model(Unknown(ops.softmax, name="secret"), loss=loss)
    with pytest.raises(ValueError, match="`model_returns`.*'secret'"):
        class_probabilities(unknown, X)
    z = ops.convert_to_numpy(unknown.layers[0](X)).astype("float64")
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    with model_returning(unknown, "probabilities"):
        np.testing.assert_allclose(class_probabilities(unknown, X), p, rtol=1e-5)
    with model_returning(unknown, "logits"):
        expected = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(class_probabilities(unknown, X), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="`model_returns`"):
        class_probabilities(unknown, X)
    with pytest.raises(ValueError, match="Expected one of"), model_returning(unknown, "both"):
        pass


def test_the_images_looked_at_do_not_matter() -> None:
    """Logits that happen to be like probabilities stay logits."""
    logits = model(units=2)
    logits.set_weights([np.array([[1, 0], [0, 0], [0, 0], [0, 0]]), np.array([0, 0.5])])
    x = np.array([[0.5, 0, 0, 0], [3, 0, 0, 0]], "float32")  # scores (0.5, 0.5) and (3, 0.5)
    together = class_probabilities(logits, x)
    np.testing.assert_array_equal(class_probabilities(logits, x[:1])[0], together[0])
    np.testing.assert_allclose(together[:, 0], [0.5, 1 / (1 + np.exp(-2.5))], rtol=1e-6)


def test_several_sigmoids_are_shares_as_in_the_categorical_loss_or_refused() -> None:
    sigmoids = model(layers.Activation("sigmoid"), loss="sparse_categorical_crossentropy")
    s = ops.convert_to_numpy(sigmoids(X)).astype("float64")
    y = np.array([0, 1, 2, 1, 0])
    p = class_probabilities(sigmoids, X)
    np.testing.assert_allclose(p, s / s.sum(axis=1, keepdims=True), rtol=1e-6)
    # Keras' own loss takes the same shares of an array; of a tensor TensorFlow knows the logits.
    expected = losses.categorical_crossentropy(np.eye(3)[y], s)
    own = -np.log(p[np.arange(5), y])
    np.testing.assert_allclose(own, ops.convert_to_numpy(expected), rtol=1e-5)
    for loss in ("binary_crossentropy", None):
        labels = model(layers.Activation("sigmoid"), loss=loss)
        with pytest.raises(ValueError, match="each of 3 labels whether an image has it"):
            class_probabilities(labels, X)
        head = head_of(labels, X, many=True)
        s = ops.convert_to_numpy(labels(X))
        np.testing.assert_allclose(class_probabilities(labels, X, head=head), s, rtol=1e-6)
    with pytest.raises(ValueError, match="each of 3 labels"):
        class_probabilities(model(loss=losses.BinaryCrossentropy(from_logits=True)), X)


def test_one_score_that_decides_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="softmax of one score is always 1"):
        class_probabilities(model(layers.Softmax(), units=1), X)
    with pytest.raises(ValueError, match="`model_returns`.*no binary cross-entropy"):
        class_probabilities(model(units=1, loss="mse"), X)
