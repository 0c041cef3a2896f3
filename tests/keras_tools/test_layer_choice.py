"""Layers are chosen by a name, a class, a predicate or several of these."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral.keras_tools.layer_choice import choose_layers, layers_to_choose


def model() -> keras.Model:
    inner = keras.Sequential([layers.Conv2D(2, 1, name="inside"), layers.ReLU(name="relu")])
    inputs = keras.Input((4, 4, 2))
    x = layers.Conv2D(2, 1, name="first")(inputs)
    return keras.Model(inputs, layers.Dense(2, name="last")(inner(x)), name="whole")


def test_what_can_be_chosen_are_the_layers_of_nested_models_instead_of_the_models() -> None:
    names = [layer.name for layer in layers_to_choose(model())]
    assert [name for name in names if "input" not in name] == ["first", "inside", "relu", "last"]


def test_layers_in_wrappers_and_in_other_layers_can_be_chosen() -> None:
    wrapped = layers.TimeDistributed(layers.Conv2D(2, 1, name="deep"), name="wrapper")
    network = keras.Sequential([keras.Input((3, 4, 4, 2)), wrapped])
    assert [layer.name for layer in choose_layers(network, "deep")] == ["deep"]
    assert [layer.name for layer in choose_layers(network, layers.Wrapper)] == ["wrapper"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("inside", ["inside"]),
        (layers.Conv2D, ["first", "inside"]),
        (lambda layer: layer.name.endswith("st"), ["first", "last"]),
        (["last", layers.ReLU], ["relu", "last"]),
        (("last", "first"), ["first", "last"]),
        ({"inside"}, ["inside"]),
        ([layers.Conv2D, "first"], ["first", "inside"]),
    ],
)
def test_chosen_layers_come_once_and_in_the_models_order(choice: Any, expected: list[str]) -> None:
    assert [layer.name for layer in choose_layers(model(), choice)] == expected


def test_layers_may_be_chosen_from_others_than_the_models_own() -> None:
    network = model()
    assert choose_layers(network, layers.Layer, network.layers[1:2]) == [network.layers[1]]
    with pytest.raises(ValueError, match=r"No layer is named 'last'.*\['first'\]"):
        choose_layers(network, "last", network.layers[1:2])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("absent", r"argument `layers`.*No layer is named 'absent'.*'whole'.*'inside'"),
        (["first", "absent"], "No layer is named 'absent'"),
        (layers.Conv3D, r"argument `layers`.*No layer of model 'whole' matches.*Conv3D"),
        ([], "No layer of model 'whole' matches"),
    ],
)
def test_a_choice_without_layers_is_refused(choice: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        choose_layers(model(), choice)
