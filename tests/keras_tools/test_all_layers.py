"""Every layer is found once, in every kind of model."""

import keras
from keras import layers

from keras_lateral.keras_tools.all_layers import all_layers


def names(model: object) -> list[str]:
    return [layer.name for layer in all_layers(model)]


class Block(layers.Layer):
    """A layer made of layers, kept as an attribute, in a list and in a dict."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.first = layers.Dense(2, name="attribute")
        self.others = [layers.Dense(2, name="list")]
        self.named = {"one": (layers.Dense(2, name="dict"),)}


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.block = Block(name="block")
        self.again = self.block


def test_functional_models_give_their_layers_in_the_graphs_order() -> None:
    x = inputs = keras.Input((2,), name="input")
    for name in ("a", "b"):
        x = layers.Dense(2, name=name)(x)
    assert names(keras.Model(inputs, x)) == ["input", "a", "b"]


def test_nested_models_give_themselves_and_what_they_hold() -> None:
    inner = keras.Sequential([layers.Dense(2, name="deep")], name="inner")
    assert names(keras.Sequential([inner, layers.Dense(1, name="top")])) == ["inner", "deep", "top"]


def test_layers_kept_as_attributes_in_lists_and_in_dicts_are_found() -> None:
    assert sorted(names(Subclassed())) == ["attribute", "block", "dict", "list"]


def test_wrapped_layers_are_found() -> None:
    wrapper = layers.TimeDistributed(layers.Conv1D(2, 1, name="conv"), name="wrapper")
    assert names(keras.Sequential([wrapper])) == ["wrapper", "conv"]


def test_a_layer_that_occurs_twice_is_given_once() -> None:
    shared = layers.Dense(3, name="shared")
    inputs = keras.Input((3,))
    assert names(keras.Model(inputs, shared(shared(inputs)))).count("shared") == 1


def test_a_layer_without_layers_gives_nothing() -> None:
    assert names(layers.Dense(2)) == []
