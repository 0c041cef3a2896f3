"""In which form a loss takes labels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses, ops

from keras_lateral.keras_tools.head.label_form import LabelForm, in_form, label_form
from keras_lateral.keras_tools.soft_labels import use_soft_labels

X = np.random.default_rng(0).random((5, 4), "float32")


def images() -> np.ndarray:
    return X


def classifier(units: int, loss: Any, activation: str = "softmax") -> keras.Model:
    activation = "sigmoid" if units == 1 else activation
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation)])
    model.compile("sgd", loss)
    return model


ONE_HOT = [
    *("categorical_crossentropy", "mse", "mae", "hinge", "squared_hinge", "categorical_hinge"),
    *("kl_divergence", "cosine_similarity", "poisson", "huber", "log_cosh"),
    losses.CategoricalFocalCrossentropy(),
    losses.CategoricalCrossentropy(label_smoothing=0.1),
    losses.BinaryCrossentropy(),
]


@pytest.mark.parametrize("loss", ONE_HOT)
def test_losses_of_one_hot_labels_get_them(loss: Any) -> None:
    assert label_form(classifier(3, loss), images) == "one-hot"
    y = in_form(np.array([2, 0, 1, 1, 0]), "one-hot", 3)
    value = losses.get(loss)(ops.convert_to_tensor(y), classifier(3, loss)(X))
    assert np.isfinite(ops.convert_to_numpy(value)).all()


def own_sparse(y: Any, p: Any) -> Any:
    return losses.sparse_categorical_crossentropy(y, p)


def own_one_hot(y: Any, p: Any) -> Any:
    return ops.mean(ops.square(y - p), axis=-1)


def own_binary(y: Any, p: Any) -> Any:
    return losses.binary_crossentropy(y, p)


class Own(losses.Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return own_one_hot(y_true, y_pred)


class OwnSparse(losses.CategoricalCrossentropy):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return super().call(ops.one_hot(ops.cast(y_true, "int32"), 3), y_pred)


@pytest.mark.parametrize(
    ("units", "loss", "form"),
    [
        (3, "sparse_categorical_crossentropy", "integers"),
        (3, losses.SparseCategoricalCrossentropy(from_logits=True), "integers"),
        (3, [losses.SparseCategoricalCrossentropy()], "integers"),
        (3, own_sparse, "integers"),
        (3, own_one_hot, "one-hot"),
        (4, own_one_hot, "one-hot"),
        (3, Own(), "one-hot"),
        (3, OwnSparse(), "integers"),
        (1, "binary_crossentropy", "integers"),
        (1, losses.BinaryFocalCrossentropy(), "integers"),
        (1, "mse", "column"),
        (1, "hinge", "column"),
        (1, own_binary, "column"),
        (1, own_one_hot, "column"),
        (1, Own(), "column"),
    ],
)
def test_other_losses_are_known_or_tried(units: int, loss: Any, form: LabelForm) -> None:
    assert label_form(classifier(units, loss), images) == form


def test_soft_labels_stay_what_they_were() -> None:
    model = classifier(3, "sparse_categorical_crossentropy")
    use_soft_labels(model)
    assert label_form(model, images) == "integers"
    assert label_form(model, images, preferred="one-hot") == "one-hot"


def takes_nothing(y: Any, p: Any) -> Any:
    raise TypeError("never")


def test_a_loss_that_takes_no_form_says_what_was_tried() -> None:
    with pytest.raises(
        ValueError, match=r"integer labels.*TypeError: never.*one-hot labels.*never"
    ):
        label_form(classifier(3, takes_nothing), images)


def test_shares_stay_for_one_hot_losses_and_become_one_column_for_one_score() -> None:
    mixed = np.array([[0.25, 0.75], [1.0, 0.0]], "float32")
    assert in_form(mixed, "one-hot", 2) is mixed
    assert in_form(mixed, "column", 2).tolist() == [[0.75], [0.0]]
    assert in_form(np.array([1, 0]), "column", 2).tolist() == [[1.0], [0.0]]
