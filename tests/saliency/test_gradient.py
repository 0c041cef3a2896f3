"""The gradient of a class's score, against differences and derivations by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import GradientMaskConv2D, gradient_saliency, remove_gradient_mask
from tests.receptive_field.numpy_network import NumpyNetwork, noise, twins

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5, 6, 2)).astype("float32")


def differences(network: NumpyNetwork, x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """dz_k / dx by central differences, pixel by pixel, in float64."""
    gradient, h = np.zeros(x.shape), 1e-6
    rows = np.arange(len(x))
    for place in np.ndindex(*x.shape[1:]):
        step = np.zeros(x.shape)
        step[(slice(None), *place)] = h
        up, down = (network.logits(x + sign * step)[rows, target] for sign in (1, -1))
        gradient[(slice(None), *place)] = (up - down) / (2 * h)
    return gradient


def test_maps_are_the_difference_quotients_of_the_logit() -> None:
    model, network = twins()
    x = noise()
    target = network.logits(x).argmax(axis=1)
    G = np.abs(differences(network, x.astype("float64"), target))
    found = gradient_saliency(model, x)
    np.testing.assert_array_equal(found.target, target)
    np.testing.assert_allclose(found.maps, G.max(axis=-1), rtol=1e-4, atol=1e-6)
    summed = gradient_saliency(model, x, channels="sum")
    np.testing.assert_allclose(summed.maps, G.sum(axis=-1), rtol=1e-4, atol=1e-6)
    assert found.maps.dtype == np.float64


def flat(*head: layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((5, 6, 2)), layers.Flatten(), *head])


@keras.saving.register_keras_serializable("saliency")
class SubclassedWithSoftmax(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.flatten, self.dense = layers.Flatten(), layers.Dense(3)
        self.softmax = layers.Softmax()

    def call(self, x: Any) -> Any:
        return self.softmax(self.dense(self.flatten(x)))


def nested() -> keras.Model:
    x = keras.Input((5, 6, 2))
    return keras.Model(x, flat(layers.Dense(3, activation="softmax"))(x))


HEADS: dict[str, Callable[[], keras.Model]] = {
    "dense": lambda: flat(layers.Dense(3, activation="softmax")),
    "activation": lambda: flat(layers.Dense(3), layers.Activation("softmax")),
    "softmax": lambda: flat(layers.Dense(3), layers.Softmax()),
    "logits": lambda: flat(layers.Dense(3)),
    "nested": nested,
    "subclassed": SubclassedWithSoftmax,
}


def weights_by_image(model: keras.Model, target: list[int]) -> np.ndarray:
    """W_k of each image's class k, in the shape of the images."""
    return model.get_weights()[0][:, target].T.reshape(X.shape).astype("float64")


@pytest.mark.parametrize("head", HEADS)
def test_whatever_the_softmax_is_the_gradient_is_that_of_the_score_before_it(head: str) -> None:
    model, target = HEADS[head](), [0, 2, 1, 1]
    before = ops.convert_to_numpy(model(X))
    found = gradient_saliency(model, X, target)
    expected = np.abs(weights_by_image(model, target)).max(axis=-1)
    np.testing.assert_allclose(found.maps, expected, rtol=1e-6)
    assert found.settings["score"] == "logit"
    np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), before)


def test_the_gradient_of_the_output_and_of_its_logarithm_follow_the_softmax() -> None:
    """dp_k = p_k (W_k - sum_j p_j W_j), and d log p_k without the factor p_k."""
    behind = flat(layers.Dense(3), layers.Lambda(ops.softmax))
    model = flat(layers.Dense(3, activation="softmax"))
    model.set_weights(behind.get_weights())
    target = [0, 2, 1, 1]
    p = ops.convert_to_numpy(model(X)).astype("float64")
    mean = (p @ model.get_weights()[0].T).reshape(X.shape)
    log = np.abs(weights_by_image(model, target) - mean).max(axis=-1)
    output = gradient_saliency(model, X, target, score="output")
    factor = p[np.arange(4), target][:, None, None]
    np.testing.assert_allclose(output.maps, factor * log, rtol=1e-4, atol=1e-6)
    hidden = gradient_saliency(behind, X, target, model_returns="probabilities")
    np.testing.assert_allclose(hidden.maps, log, rtol=1e-4, atol=1e-6)
    assert hidden.settings["score"] == "log_probability"


def test_masks_dropout_and_batch_statistics_never_act_and_nothing_changes() -> None:
    stops = {"threshold": 1e9, "threshold_mode": "absolute", "sigma": 1.0}
    model = keras.Sequential(
        [
            keras.Input((5, 6, 2)),
            GradientMaskConv2D(4, 3, activation="relu", **stops),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    before = [ops.convert_to_numpy(variable) for variable in model.variables]
    masked = gradient_saliency(model, X, 1)
    np.testing.assert_array_equal(masked.maps, gradient_saliency(model, X, 1).maps)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, ops.convert_to_numpy(variable))
    plain = gradient_saliency(remove_gradient_mask(model), X, 1)
    assert masked.maps.any()
    np.testing.assert_allclose(masked.maps, plain.maps, rtol=1e-6)


def test_images_with_the_channels_first_have_the_same_maps() -> None:
    model = flat(layers.Dense(3))
    first = keras.Sequential([keras.Input((2, 5, 6)), layers.Permute((2, 3, 1)), model])
    found = gradient_saliency(first, np.moveaxis(X, -1, 1), data_format="channels_first")
    np.testing.assert_allclose(found.maps, gradient_saliency(model, X).maps, rtol=1e-6)


def test_the_map_of_a_model_that_sees_one_region_is_that_region() -> None:
    crop = layers.Cropping2D(((1, 2), (3, 1)))
    model = keras.Sequential([keras.Input((5, 6, 2)), crop, layers.Flatten(), layers.Dense(3)])
    seen = np.zeros((5, 6), bool)
    seen[1:3, 3:5] = True
    found = gradient_saliency(model, X)
    np.testing.assert_array_equal(found.maps > 0, np.broadcast_to(seen, found.maps.shape))


def test_a_score_without_a_gradient_warns() -> None:
    model = flat(layers.Dense(3, kernel_initializer="zeros"))
    with pytest.warns(UserWarning, match="4 of 4 saliency maps are 0"):
        gradient_saliency(model, X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": 3}, "`target`. Expected whole numbers from 0 to 2"),
        ({"target": [0, 1]}, "one for all or 4"),
        ({"images": X[0]}, r"`images`. Expected .*\(5, 6, 2\)"),
        ({"images": X[:0]}, "`images`"),
        ({"channels": "mean"}, "`channels`. Expected one of"),
        ({"score": "loss"}, "`score`. Expected one of"),
        ({"model": keras.Sequential([layers.Conv2D(3, 2)])}, "`model`. Expected .* one score"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gradient_saliency(**({"model": flat(layers.Dense(3)), "images": X} | arguments))
