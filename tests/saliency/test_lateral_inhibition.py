"""The saliency of ReLU layers, against SciPy's filters on gradients by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from scipy import ndimage

from keras_lateral import lateral_inhibition_saliency
from tests.receptive_field.numpy_network import noise, twins


def closed_form(sigma: float) -> np.ndarray:
    """Eq. 1 at whole pixels, up to 3 sigma."""
    radius = int(np.ceil(3 * sigma))
    i, j = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    half = (i**2 + j**2) / (2 * sigma**2)
    return -1 / (np.pi * sigma**4) * (1 - half) * np.exp(-half)


def standing_out(columns: np.ndarray, sets: int, sigma: float) -> np.ndarray:
    """sum over sets of ReLU(-LoG * N), map by map."""
    total = np.zeros(columns.shape[:3])
    for image, map_ in enumerate(columns):
        for part in np.split(map_, sets, axis=-1):
            N = np.sqrt((part**2).sum(axis=-1))
            delta = ndimage.correlate(N, closed_form(sigma), mode="mirror")
            total[image] += np.maximum(-delta, 0)
    return total


def resized(maps: np.ndarray) -> np.ndarray:
    factors = (9 / maps.shape[1], 8 / maps.shape[2])
    return np.array(
        [ndimage.zoom(m, factors, order=1, mode="nearest", grid_mode=True) for m in maps]
    )


@pytest.mark.parametrize("of", ["gradient", "activation"])
@pytest.mark.parametrize(("sets", "equal"), [(1, False), (2, True)])
def test_the_map_is_the_formula_on_outputs_and_gradients_by_hand(
    of: str, sets: int, equal: bool
) -> None:
    model, network = twins()
    x, target = noise(), np.array([2, 0, 1])
    columns = network.activations(x) if of == "activation" else network.gradients(x, target)[1:]
    maps = [standing_out(layer, sets, 0.9) for layer in columns]
    if equal:
        maps = [layer / layer.max(axis=(1, 2), keepdims=True) for layer in maps]
    found = lateral_inhibition_saliency(
        model,
        x,
        target,
        of=of,
        sigma=0.9,
        feature_sets=sets,
        zero_sum=False,
        equal_layers=equal,
        batch_size=2 if of == "activation" else 32,
    )
    expected = sum(resized(layer) for layer in maps)
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-5)
    assert found.settings["layers"] == ["first", "relu"]
    assert found.settings["score"] == "logit"


def test_a_flat_gradient_stands_out_nowhere_and_warns() -> None:
    """Before a global average pooling every position's gradient is the same."""
    conv = layers.Conv2D(4, 3, activation="relu")
    model = keras.Sequential(
        [keras.Input((9, 8, 2)), conv, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    )
    with pytest.warns(UserWarning, match="3 of 3 saliency maps are 0"):
        lateral_inhibition_saliency(model, noise())


def test_one_position_that_the_class_reads_is_where_the_map_is_highest() -> None:
    pick = layers.Lambda(lambda a: a[:, 3, 5, :])
    conv = layers.Conv2D(3, 1, activation="relu", bias_initializer="ones")
    model = keras.Sequential([keras.Input((9, 8, 2)), conv, pick])
    found = lateral_inhibition_saliency(model, 0.1 * np.abs(noise()), model_returns="logits")
    for map_ in found.maps:
        np.testing.assert_array_equal(np.unravel_index(map_.argmax(), map_.shape), (3, 5))


def test_maps_with_the_channels_first_have_the_same_saliency() -> None:
    x = noise()
    first = keras.Sequential(
        [keras.Input((2, 9, 8)), layers.ReLU(), layers.Flatten("channels_last"), layers.Dense(3)]
    )
    turned = [layers.ReLU(), layers.Permute((3, 1, 2)), layers.Flatten(), layers.Dense(3)]
    last = keras.Sequential([keras.Input((9, 8, 2)), *turned])
    last.set_weights(first.get_weights())
    for of in ("gradient", "activation"):
        expected = lateral_inhibition_saliency(last, x, 1, of=of)
        moved = np.moveaxis(x, -1, 1)
        found = lateral_inhibition_saliency(first, moved, 1, of=of, data_format="channels_first")
        assert found.maps.shape == (3, 9, 8)
        np.testing.assert_allclose(found.maps, expected.maps, rtol=1e-5, atol=1e-6)


class SubclassedWithBlock(keras.Model):
    """Its ReLU layers are in a nested model and in a Dense layer, which has no positions."""

    def __init__(self) -> None:
        super().__init__()
        self.block = keras.Sequential([layers.Conv2D(4, 3), layers.Activation("relu", name="in")])
        self.head = [layers.Flatten(), layers.Dense(5, activation="relu"), layers.Dense(3)]

    def call(self, x: Any) -> Any:
        x = self.block(x)
        for layer in self.head:
            x = layer(x)
        return x


def test_relu_layers_are_found_in_models_that_are_subclassed_and_nested() -> None:
    found = lateral_inhibition_saliency(SubclassedWithBlock(), noise())
    assert found.settings["layers"] == ["in"]


def test_layers_can_be_named_and_must_be_maps() -> None:
    model, _ = twins()
    found = lateral_inhibition_saliency(model, noise(), layers="second")
    assert found.settings["layers"] == ["second"]
    with pytest.raises(ValueError, match="argument `layers`"):
        lateral_inhibition_saliency(model, noise(), layers="head")
    linear = keras.Sequential([keras.Input((9, 8, 2)), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ValueError, match="No layer of model .* ends in a ReLU"):
        lateral_inhibition_saliency(linear, noise())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"of": "loss"}, "`of`"),
        ({"sigma": 0.0}, "`sigma`"),
        ({"feature_sets": 3}, "`feature_sets`"),
    ],
)
def test_what_is_out_of_range_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lateral_inhibition_saliency(twins()[0], noise(), **arguments)
