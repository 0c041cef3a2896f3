"""Layers to freeze are found inside layers, wrappers and lists, however they are chosen."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveFieldFreeze
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.receptive_field.freeze.chosen_layers import layers_to_freeze
from tests.receptive_field.freeze.freeze_cases import X, Y, loss


@keras.saving.register_keras_serializable("tests")
class Block(layers.Layer):
    """Two convolutions, one of them in a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(2, 3, padding="same", name="conv")
        self.rest = [layers.Conv2D(2, 1, name="point"), layers.ReLU()]

    def call(self, x: Any) -> Any:
        x = self.conv(x)
        for layer in self.rest:
            x = layer(x)
        return x


def model_of_blocks() -> keras.Model:
    keras.utils.set_random_seed(1)
    image = keras.Input((8, 8, 2))
    x = Block(name="left")(image) + Block(name="right")(image)
    x = layers.Reshape((2, 32, 2))(x)
    x = layers.TimeDistributed(layers.Conv1D(2, 3, name="deep"), name="wrapper")(x)
    model = keras.Model(image, layers.Dense(3, name="out")(layers.Flatten()(x)))
    model.compile("sgd", loss())
    return model


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (["left/conv"], ["left/conv"]),
        ("right/point", ["right/point"]),
        ("conv", ["left/conv", "right/conv"]),  # a name means all that have it
        (["deep", "left"], ["left", "deep"]),
        ("wrapper/deep", ["deep"]),
        ([layers.Conv1D], ["deep"]),
        ([lambda layer: layer.name == "point"], ["left/point", "right/point"]),
    ],
)
def test_a_choice_is_looked_for_everywhere(choice: Any, expected: list[str]) -> None:
    model = model_of_blocks()
    assert LayerLabels(model).of_all(layers_to_freeze(model, choice)) == expected


def test_a_layer_inside_a_block_stays_alone() -> None:
    model = model_of_blocks()
    callback = ReceptiveFieldFreeze(["left/conv", "deep"], epochs=[1])
    before: dict[str, bytes] = {}
    changed: list[set[str]] = []

    def look(epoch: int, logs: Any = None) -> None:
        now = {v.path: np.array(v).tobytes() for v in model.trainable_variables}
        changed.append({path for path, value in now.items() if value != before.get(path)})
        before.update(now)

    look(-1)
    notes = keras.callbacks.LambdaCallback(on_epoch_end=look)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callback, notes])
    assert callback.layer_names == ["left/conv", "deep"]
    still = {v.path for v in [*model.get_layer("left").conv.trainable_variables]}
    still |= {v.path for v in model.get_layer("wrapper").trainable_variables}
    assert len(still) == 4
    assert changed[1] - changed[2] == still


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("left/absent", r"No layer is named 'absent' inside 'left'. There are .*'conv', 'point'"),
        ("absent/conv", r"No layer is named 'conv' inside 'absent'. In the model are .*'left'"),
    ],
)
def test_a_place_that_does_not_exist_is_refused_with_names(choice: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layers_to_freeze(model_of_blocks(), choice)


class Alike(keras.Model):
    """Two layers with the same name in the same place."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = layers.Dense(3, name="same"), layers.Dense(3, name="same")

    def call(self, x: Any) -> Any:
        return self.b(self.a(keras.ops.reshape(x, (-1, 128))))


def test_layers_with_one_name_in_one_place_are_all_frozen_and_told_apart() -> None:
    model = Alike()
    model.compile("sgd", loss())
    callback = ReceptiveFieldFreeze("same", epochs=0)
    model.fit(X, Y, verbose=0, callbacks=[callback])
    assert callback.layer_names == ["same", "same_2"]
    for layer in (model.a, model.b):
        np.testing.assert_array_equal(np.array(layer.bias), 0)


def test_the_functional_copy_of_a_sequential_model_is_no_layer_to_choose() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")])
    names = [layer.name for layer in LayerLabels(model).layers]
    assert [name for name in names if not name.startswith("input")] == ["dense"]
