"""The softmax at a model's end is found and bypassed; one inside stays."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from keras_lateral.saliency.score import softmax_heads, without_softmax

X = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")


def test_a_softmax_in_the_middle_is_not_a_head() -> None:
    middle = layers.Dense(4, activation="softmax")
    model = keras.Sequential([keras.Input((5,)), middle, layers.Dense(3)])
    assert softmax_heads(model, lambda: model(X)) == []


def test_of_two_softmaxes_the_last_one_is_bypassed() -> None:
    first, last = layers.Dense(4, activation="softmax"), layers.Softmax(name="last")
    model = keras.Sequential([keras.Input((5,)), first, layers.Dense(3), last])
    heads = softmax_heads(model, lambda: model(X))
    assert heads == [last]
    p = ops.convert_to_numpy(model(X))
    with without_softmax(heads):
        z = ops.convert_to_numpy(model(X)).astype("float64")
    softmax = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, softmax, rtol=1e-5)
    assert not np.allclose(z, p)
    np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), p)
