"""The gradient for images is exact, whatever masks there are, and leaves the model unchanged."""

from __future__ import annotations

import gc
import weakref

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import GradientMask, exact_gradients
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.robustness.attacks.image_gradients import image_gradient
from tests.robustness.classifiers import convolutional, images, linear, masked

T = np.random.default_rng(5).normal(size=(4, 3)).astype("float32")


def weighted_cubes(scores: Tensor, t: Tensor) -> Tensor:
    return ops.sum(t * scores**3)


def state(model: keras.Model) -> list[np.ndarray]:
    return [ops.convert_to_numpy(variable.value).copy() for variable in model.variables]


def test_the_gradient_agrees_with_finite_differences_in_inference_mode() -> None:
    normalization = layers.BatchNormalization()
    model = convolutional("logits", normalization, layers.Dropout(0.5))
    gamma, beta, mean, variance = normalization.get_weights()
    normalization.set_weights([gamma, beta + 0.1, mean + 0.3, 2 * variance])
    x, h = images(4), 1e-2
    found = image_gradient(model, weighted_cubes)(x, T)
    moved = np.eye(36, dtype="float32").reshape(36, 6, 6, 1) * h
    plus, minus = (
        (model.predict((x[:, None] + sign * moved).reshape(-1, 6, 6, 1), verbose=0)).astype(
            "float64"
        )
        for sign in (1, -1)
    )
    value = T[:, None] * (plus**3 - minus**3).reshape(4, 36, 3)
    expected = (value.sum(axis=2) / (2 * h)).reshape(x.shape)
    np.testing.assert_allclose(found, expected, rtol=2e-2, atol=2e-3 * np.abs(expected).max())


def test_masks_change_only_the_gradient_of_training_mode() -> None:
    model, plain = masked(), convolutional()
    plain.set_weights(model.get_weights())
    x = images(4)
    exact = image_gradient(model, weighted_cubes)(x, T)
    np.testing.assert_allclose(exact, image_gradient(plain, weighted_cubes)(x, T), rtol=1e-5)
    training = image_gradient(model, weighted_cubes, "training")
    assert np.abs(training(x, T) - exact).max() > 0.1 * np.abs(exact).max()
    with exact_gradients():
        np.testing.assert_allclose(training(x, T), exact, rtol=1e-5)
    assert np.abs(training(x, T) - exact).max() > 0.1 * np.abs(exact).max()


@pytest.mark.parametrize("backward_pass", ["exact", "training"])
def test_no_variable_of_the_model_changes(backward_pass: str) -> None:
    model = convolutional("logits", layers.BatchNormalization(), layers.Dropout(0.5, seed=3))
    x, before = images(4), state(model)
    gradient = image_gradient(model, weighted_cubes, backward_pass)  # type: ignore[arg-type]
    first, second = gradient(x, T), gradient(x, T)
    np.testing.assert_array_equal(first, second)
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_compiled_gradient_follows_new_weights() -> None:
    W, b = np.ones((4, 3), "float32"), np.zeros(3, "float32")
    model, x = linear(W, b, (2, 2, 1)), images(4, (2, 2, 1))
    before = image_gradient(model, weighted_cubes)(x, T)
    model.set_weights([2 * W, b])
    after = image_gradient(model, weighted_cubes)(x, T)
    np.testing.assert_allclose(after, 8 * before, rtol=1e-5)


def test_compiled_code_does_not_keep_the_model_alive() -> None:
    model = linear(np.ones((4, 3), "float32"), np.zeros(3, "float32"), (2, 2, 1))
    image_gradient(model, weighted_cubes)(images(4, (2, 2, 1)), T)
    alive = weakref.ref(model)
    del model
    keras.utils.clear_session()
    gc.collect()
    assert alive() is None


def test_a_model_whose_call_does_not_take_training_is_differentiated_too() -> None:
    class Doubled(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.mask = GradientMask()

        def call(self, x: Tensor) -> Tensor:
            return 2 * ops.sum(self.mask(x), axis=(1, 2))

    model, x = Doubled(), images(4, (5, 5, 3))
    model(x)
    expected = (6 * T * (2 * x.sum(axis=(1, 2))) ** 2)[:, None, None, :]
    found = image_gradient(model, weighted_cubes)(x, T)
    np.testing.assert_allclose(found, np.broadcast_to(expected, x.shape), rtol=1e-4)
