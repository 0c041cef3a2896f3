"""The output of a layer is found in every kind of model, and the search leaves no trace."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.receptive_field.layer_output import find_layer, output_in_forward_pass

X = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")


class SubclassedNet(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="net")
        self.first = layers.Dense(4, name="first")
        self.blocks = [keras.Sequential([layers.Dense(4, name="deep")], name="inner")]
        self.unused = layers.Dense(1, name="unused")
        self.unused.build((None, 4))

    def call(self, x: Any) -> Any:
        x = self.first(x)
        return self.blocks[0](x) + self.blocks[0](x)


def nested() -> keras.Model:
    blocks = [
        keras.Sequential([keras.Input((3,)), layers.Dense(3, name="dense")], name=name)
        for name in ("one", "two")
    ]
    return keras.Sequential([keras.Input((3,)), *blocks, layers.Dense(3, name="head")])


def found(model: Any, layer: Any) -> np.ndarray:
    y = output_in_forward_pass(layer, lambda: model(ops.convert_to_tensor(X)), layer.name)
    return ops.convert_to_numpy(y)


def test_the_output_is_that_of_the_layers_before_and_the_layer() -> None:
    model = nested()
    first, second = (model.get_layer(name).layers[0] for name in ("one", "two"))
    expected = X @ first.get_weights()[0] @ second.get_weights()[0]  # biases are 0
    np.testing.assert_allclose(found(model, second), expected, rtol=1e-5)


def test_afterwards_the_layer_is_unchanged() -> None:
    model = nested()
    head = model.get_layer("head")
    before = dict(vars(head))
    found(model, head)
    assert vars(head) == before
    with pytest.raises(RuntimeError, match="stopped"):
        output_in_forward_pass(head, stop, "head")
    assert vars(head) == before


def stop() -> None:
    raise RuntimeError("stopped")


def test_a_path_tells_layers_of_one_name_apart() -> None:
    model = nested()
    assert find_layer(model, "one/dense") is model.get_layer("one").layers[0]
    assert find_layer(model, "two/dense") is model.get_layer("two").layers[0]
    with pytest.raises(ValueError, match="2 layers have this name .*`outer/inner`"):
        find_layer(model, "dense")


def test_a_layer_object_is_found_only_in_its_own_model() -> None:
    model = nested()
    assert find_layer(model, model.layers[-1]) is model.layers[-1]
    with pytest.raises(ValueError, match="No layer has this name"):
        find_layer(nested(), model.layers[-1])


def test_outputs_of_layers_in_a_subclassed_model_are_found() -> None:
    model = SubclassedNet()
    model(X)
    first = find_layer(model, "first")
    np.testing.assert_allclose(found(model, first), ops.convert_to_numpy(first(X)), rtol=1e-6)


@pytest.mark.parametrize(("name", "times"), [("deep", 2), ("unused", 0)])
def test_a_layer_that_is_not_called_once_is_refused(name: str, times: int) -> None:
    model = SubclassedNet()
    model(X)
    with pytest.raises(ValueError, match=f"'{name}', which it calls {times} times"):
        found(model, find_layer(model, name))


def test_a_layer_that_returns_several_tensors_is_refused() -> None:
    x = keras.Input((3, 2))
    lstm = layers.LSTM(2, return_state=True)
    model = keras.Model(x, lstm(x))
    with pytest.raises(ValueError, match="returns one tensor"):
        output_in_forward_pass(lstm, lambda: model(np.ones((1, 3, 2))), "lstm")
