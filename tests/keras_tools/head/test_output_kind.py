"""What a model ends in is read from its layers, however they are nested, and not from values."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.keras_tools.head.output_kind import ending_of, without_activation

X = np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype("float32")


class Called(keras.Model):
    """A subclassed model, whose layers code calls."""

    def __init__(self, *parts: Any) -> None:
        super().__init__()
        self.parts = list(parts)

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


class Block(layers.Layer):
    """A layer made of layers."""

    def __init__(self, *parts: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = list(parts)

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


def sequential(*parts: Any) -> keras.Model:
    return keras.Sequential([keras.Input((4, 4, 2)), layers.Flatten(), *parts])


def functional(end: Any, units: int = 3) -> keras.Model:
    x = keras.Input((4, 4, 2))
    return keras.Model(x, end(layers.Dense(units)(layers.Flatten()(x))))


def average(activation: str) -> keras.Model:
    x = keras.Input((4, 4, 2))
    flat = layers.Flatten()(x)
    ends = [layers.Dense(3, activation=activation)(flat) for _ in range(2)]
    return keras.Model(x, layers.Average()(ends))


def two_sigmoids() -> keras.Model:
    x = keras.Input((4, 4, 2))
    flat = layers.Flatten()(x)
    ends = [layers.Dense(1, activation="sigmoid")(flat) for _ in range(2)]
    return keras.Model(x, layers.Concatenate()(ends))


def dense(activation: str | None = None) -> layers.Layer:
    return layers.Dense(3, activation=activation)


MODELS = {
    "softmax": [
        lambda: sequential(dense("softmax")),
        lambda: sequential(dense(), layers.Activation("softmax")),
        lambda: sequential(dense(), layers.Softmax()),
        lambda: sequential(dense("softmax"), layers.Dropout(0.5), layers.Reshape((3,))),
        lambda: sequential(dense("softmax"), layers.Activation("linear", dtype="float32")),
        lambda: sequential(sequential_inner("softmax")),
        lambda: sequential(Block(dense("softmax"))),
        lambda: Called(layers.Flatten(), Block(dense("softmax")), layers.Dropout(0.5)),
        lambda: functional(ops.softmax),
        lambda: functional(lambda z: ops.reshape(keras.activations.softmax(z), (-1, 3))),
    ],
    "sigmoid": [
        lambda: sequential(dense("sigmoid")),
        lambda: sequential(layers.Dense(1), layers.Activation("sigmoid")),
        lambda: sequential(layers.Reshape((4, 4, 2)), layers.Conv2D(1, 4, activation="sigmoid"),
                           layers.Flatten()),
        lambda: functional(ops.sigmoid, 1),
        lambda: Called(layers.Flatten(), layers.Dense(1), layers.Activation("sigmoid")),
        two_sigmoids,
    ],
    "logits": [
        lambda: sequential(dense()),
        lambda: sequential(dense("softmax"), dense()),
        lambda: sequential(dense(), layers.BatchNormalization()),
        lambda: sequential(layers.Reshape((4, 4, 2)), layers.Conv2D(3, 3),
                           layers.GlobalAveragePooling2D()),
        lambda: Called(layers.Flatten(), dense("softmax"), Block(dense())),
        lambda: functional(lambda z: 2.0 * z + 1.0),
        lambda: average("linear"),
    ],
    None: [
        lambda: sequential(dense("tanh")),
        lambda: sequential(dense("softmax"), layers.ReLU()),
        lambda: sequential(layers.Lambda(ops.softmax)),
        lambda: functional(ops.exp),
    ],
}  # fmt: skip


def sequential_inner(activation: str) -> keras.Model:
    return keras.Sequential([layers.Dense(5, activation="relu"), dense(activation)])


def found(model: keras.Model) -> Any:
    model(X)
    return ending_of(model, lambda: model(ops.convert_to_tensor(X), training=False))


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, i) for kind, made in MODELS.items() for i in range(len(made))]
)
def test_the_end_is_recognized(kind: str | None, number: int) -> None:
    model = MODELS[kind][number]()
    ending = found(model)
    assert ending.kind == kind
    if kind in ("softmax", "sigmoid"):
        assert ending.bypassed
        p = ops.convert_to_numpy(model(X))
        with without_activation(ending.bypassed):
            z = ops.convert_to_numpy(model(X)).astype("float64")
        expected = 1 / (1 + np.exp(-z))
        if kind == "softmax":
            expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(p, expected, rtol=1e-5)
        np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), p)


def test_the_mean_of_probabilities_is_one_without_a_logit() -> None:
    ending = found(average("softmax"))
    assert ending.kind == "softmax"
    assert not ending.bypassed


def test_nothing_is_left_behind_by_watching() -> None:
    model = Called(layers.Flatten(), Block(dense("softmax")))
    found(model)
    assert not any("call" in vars(layer) for layer in (model, *model.parts, *model.parts[1].parts))
