"""A score falls by what the hidden pixels contributed to it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import occlusion_sensitivity

RNG = np.random.default_rng(0)


def linear(*shape: int) -> keras.Model:
    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(3)])


def convolutional() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((7, 6, 2)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def noise(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype("float32")


@pytest.mark.parametrize("shape", [(6, 2), (6, 5, 2), (4, 3, 4, 1)])
def test_the_drop_of_a_linear_model_is_weight_times_what_was_hidden(shape: tuple[int, ...]) -> None:
    model, x = linear(*shape), noise(2, *shape)
    W = model.layers[-1].get_weights()[0].reshape(*shape, 3)
    found = occlusion_sensitivity(model, x, labels=[2, 0], patch=1, value=0.5)
    expected = [((x[n] - 0.5) * W[..., label]).sum(axis=-1) for n, label in enumerate([2, 0])]
    np.testing.assert_allclose(found.map, expected, atol=1e-5)
    np.testing.assert_array_equal(found.map, found.drops)


def test_the_map_of_any_model_is_that_of_a_loop_over_patches() -> None:
    model, x = convolutional(), noise(3, 7, 6, 2)
    found = occlusion_sensitivity(model, x, 1, patch=(3, 2), stride=2, batch_size=4)
    base = model.predict(x, verbose=0)[:, 1]
    np.testing.assert_allclose(found.base_score, base, rtol=1e-5)
    total, count = np.zeros((3, 7, 6)), np.zeros((7, 6))
    for i, row in enumerate((0, 2, 4)):
        for j, column in enumerate((0, 2, 4)):
            hidden = x.copy()
            for image in hidden:
                for channel in range(2):
                    mean = image[:, :, channel].mean()
                    image[row : row + 3, column : column + 2, channel] = mean
            drop = base - model.predict(hidden, verbose=0)[:, 1]
            np.testing.assert_allclose(found.drops[:, i, j], drop, atol=1e-6)
            total[:, row : row + 3, column : column + 2] += drop[:, None, None]
            count[row : row + 3, column : column + 2] += 1
    np.testing.assert_allclose(found.map, total / count, atol=1e-6)


def test_the_batch_size_changes_nothing() -> None:
    model, x = convolutional(), noise(3, 7, 6, 2)
    small, large = (occlusion_sensitivity(model, x, patch=3, batch_size=n) for n in (5, 64))
    np.testing.assert_allclose(small.map, large.map, atol=1e-6)


def test_without_labels_the_predicted_class_is_explained() -> None:
    model, x = convolutional(), noise(5, 7, 6, 2)
    predicted = model.predict(x, verbose=0).argmax(axis=1)
    found = occlusion_sensitivity(model, x, patch=4)
    np.testing.assert_array_equal(found.labels, predicted)
    given = occlusion_sensitivity(model, x, predicted[:, None], patch=4)  # as CIFAR's labels come
    np.testing.assert_array_equal(given.map, found.map)


def test_each_channel_can_have_its_own_value() -> None:
    model, x = linear(4, 4, 2), noise(1, 4, 4, 2)
    W = model.layers[-1].get_weights()[0].reshape(4, 4, 2, 3)
    found = occlusion_sensitivity(model, x, 0, patch=4, value=[1.0, -2.0])
    expected = np.sum((x[0] - [1.0, -2.0]) * W[..., 0])
    np.testing.assert_allclose(found.drops, [[[expected]]], rtol=1e-4)


def test_channels_first_is_the_same_with_its_axes_moved() -> None:
    model, x = linear(4, 5, 2), noise(2, 4, 5, 2)
    first = keras.Sequential([keras.Input((2, 4, 5)), layers.Permute((2, 3, 1)), *model.layers])
    expected = occlusion_sensitivity(model, x, 1, patch=2)
    moved = np.moveaxis(x, -1, 1)
    found = occlusion_sensitivity(first, moved, 1, patch=2, data_format="channels_first")
    np.testing.assert_allclose(found.map, expected.map, atol=1e-6)


def test_nothing_in_the_model_changes() -> None:
    model = convolutional()
    before = [keras.ops.convert_to_numpy(variable) for variable in model.variables]
    occlusion_sensitivity(model, noise(2, 7, 6, 2), patch=4)
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, keras.ops.convert_to_numpy(variable))


def test_hiding_pixels_by_their_own_value_warns_that_nothing_changed() -> None:
    with pytest.warns(UserWarning, match="No score changed .* value=0.5"):
        occlusion_sensitivity(linear(4, 4, 1), np.full((1, 4, 4, 1), 0.5), patch=2, value=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": 3}, "`labels`. Expected whole numbers from 0 to 2, one for all or 2"),
        ({"labels": [0, -1]}, "`labels`"),
        ({"labels": [0, 1, 2]}, "`labels`"),
        ({"labels": 0.5}, "`labels`"),
        ({"value": "median"}, "`value`. Expected a number or 2 of them, or 'mean'"),
        ({"value": [1, 2, 3]}, "`value`"),
        ({"images": noise(4, 4)}, r"`images`. .* Received: shape=\(4, 4\)"),
        ({"images": noise(0, 4, 4, 2)}, "`images`"),
        ({"patch": 5}, "`patch`"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    arguments = {"images": noise(2, 4, 4, 2), "patch": 2} | arguments
    with pytest.raises(ValueError, match=message):
        occlusion_sensitivity(linear(4, 4, 2), **arguments)
