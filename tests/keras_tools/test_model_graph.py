"""A model's graph lists every call after those that it reads."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral.keras_tools import model_graph as module
from keras_lateral.keras_tools.model_graph import GraphCall, model_graph
from tests.receptive_field.random_networks import RandomNetwork


def edges(graph: list[GraphCall]) -> list[tuple[str, list[str]]]:
    return [(call.name, [graph[source].name for source, _ in call.sources]) for call in graph]


def test_branches_and_operations_come_in_the_order_of_the_layers() -> None:
    image = keras.Input((8, 2), name="image")
    a = layers.Conv1D(2, 3, padding="same", name="a")(image)
    b = layers.Dense(2, name="b")(image)
    model = keras.Model(image, layers.ReLU(name="relu")(layers.Add(name="sum")([b, a])))
    assert edges(model_graph(model)) == [
        ("image", []),
        ("b", ["image"]),
        ("a", ["image"]),
        ("sum", ["b", "a"]),
        ("relu", ["sum"]),
    ]


def test_every_layer_of_a_model_is_listed_once_after_what_it_reads() -> None:
    for seed in range(10):
        model = RandomNetwork(Random(seed), 1, 6).model
        graph = model_graph(model)
        assert sorted(call.name for call in graph) == sorted(layer.name for layer in model.layers)
        assert all(source < n for n, call in enumerate(graph) for source, _ in call.sources)


def test_a_sequential_model_is_a_chain_with_its_input() -> None:
    model = keras.Sequential([layers.Dense(2, name="a"), layers.Dense(3, name="b")])
    model.build((None, 4))
    (first, _), *rest = edges(model_graph(model))
    assert rest == [("a", [first]), ("b", ["a"])]
    assert model_graph(model)[2].output_shapes == ((None, 3),)


def test_nested_models_are_unfolded_however_deep() -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="deep")], name="inner")
    x = keras.Input((4,), name="x")
    middle = keras.Model(x, [inner(x), layers.Dense(4, name="side")(x)], name="middle")
    image = keras.Input((4,), name="image")
    deep, side = middle(image)
    model = keras.Model(image, layers.Subtract(name="difference")([side, deep]))
    assert edges(model_graph(model)) == [
        ("image", []),
        ("middle/inner/deep", ["image"]),
        ("middle/side", ["image"]),
        ("difference", ["middle/side", "middle/inner/deep"]),
    ]


def test_calls_of_one_layer_are_numbered() -> None:
    shared = layers.Dense(4, name="shared")
    image = keras.Input((4,), name="image")
    model = keras.Model(image, shared(layers.ReLU(name="relu")(shared(image))))
    assert edges(model_graph(model)) == [
        ("image", []),
        ("shared", ["image"]),
        ("relu", ["shared"]),
        ("shared#2", ["relu"]),
    ]


def test_outputs_of_one_layer_are_distinguished() -> None:
    image = keras.Input((5, 3), name="image")
    sequence, state = layers.SimpleRNN(3, return_sequences=True, return_state=True)(image)
    last = model_graph(keras.Model(image, [layers.ReLU(name="relu")(state), sequence]))[-1]
    assert (last.name, last.sources) == ("relu", ((1, 1),))


def test_a_part_of_a_model_is_a_graph_of_its_own() -> None:
    model = keras.Sequential([keras.Input((16, 1)), *[layers.Conv1D(1, 3) for _ in range(4)]])
    part = keras.Model(model.layers[1].output, model.layers[2].output)
    assert len(model_graph(part)) == 2


def test_arguments_of_a_call_are_kept() -> None:
    image = keras.Input((8, 1))
    call = model_graph(keras.Model(image, image[:, 2:]))[-1]
    assert slice(2, None) in [*call.arguments, *call.keywords.values()][1]


class OnlyCode(keras.Model):
    """Its layers are called by code."""

    def call(self, x: Any) -> Any:
        return x


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (OnlyCode(), "functional or Sequential"),
        (layers.Dense(2), "functional or Sequential"),
        (keras.Sequential([layers.Dense(2)]), "is not built"),
    ],
)
def test_what_has_no_graph_is_an_error(model: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model_graph(model)


@pytest.mark.parametrize("lost", ["_keras_history", "_inbound_nodes"])
def test_another_kind_of_graph_is_an_error_that_names_the_keras_version(lost: str) -> None:
    """As if a version of Keras stored its graphs elsewhere."""
    history = (
        SimpleNamespace(**({} if lost == "_inbound_nodes" else {"_inbound_nodes": []})),
        0,
        0,
    )
    tensor = SimpleNamespace(**({} if lost == "_keras_history" else {"_keras_history": history}))
    with pytest.raises(RuntimeError, match=f"Keras {keras.__version__} .* {lost!r}"):
        module._producing_call(tensor)
