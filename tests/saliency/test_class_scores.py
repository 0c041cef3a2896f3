"""Scores of many images are those of each by itself."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral.saliency.occlusion import class_scores

RNG = np.random.default_rng(0)


def network(*more: Any) -> keras.Model:
    return keras.Sequential([keras.Input((4, 3, 2)), layers.Flatten(), layers.Dense(3), *more])


@pytest.mark.parametrize("batch_size", [1, 3, 7, 20])
def test_the_batch_size_changes_no_score(batch_size: int) -> None:
    model = network()
    images = RNG.normal(size=(7, 4, 3, 2)).astype("float32")
    W, b = model.layers[-1].get_weights()
    found = class_scores(model, iter(images), "channels_last", batch_size)
    np.testing.assert_allclose(found, images.reshape(7, -1) @ W + b, rtol=1e-4, atol=1e-6)


def test_every_batch_has_the_same_length() -> None:
    shapes = []

    class Spy:
        def predict_on_batch(self, x: np.ndarray) -> np.ndarray:
            shapes.append(x.shape)
            return x[:, 0, 0, :]

    images = RNG.normal(size=(7, 4, 3, 2))
    found = class_scores(Spy(), images, "channels_last", 3)
    np.testing.assert_array_equal(found, images[:, 0, 0, :])
    assert shapes == [(3, 4, 3, 2)] * 3


def test_the_model_gets_images_in_its_data_format() -> None:
    model = keras.Sequential([keras.Input((2, 4, 3)), layers.Reshape((24,))])
    images = RNG.normal(size=(2, 4, 3, 2)).astype("float32")
    found = class_scores(model, images, "channels_first", 2)
    np.testing.assert_array_equal(found, np.moveaxis(images, -1, 1).reshape(2, -1))


def test_dropout_is_off() -> None:
    model = network(layers.Dropout(0.9))
    images = RNG.normal(size=(2, 4, 3, 2)).astype("float32")
    first, second = (class_scores(model, images, "channels_last", 2) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != 0).all()


def test_a_model_that_returns_maps_or_several_outputs_is_refused() -> None:
    x = keras.Input((4, 3, 2))
    for outputs, shapes in ((x, r"\(1, 4, 3, 2\)"), ([layers.Flatten()(x)] * 2, r"\[\(1, 24\)")):
        with pytest.raises(ValueError, match=f"one score for each class, .* returns {shapes}"):
            class_scores(keras.Model(x, outputs), np.zeros((1, 4, 3, 2)), "channels_last", 1)
