"""Copies of models, layer by layer, with layers replaced, added and left out."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.keras_tools.model_copy import copy_layer, copy_model, is_copyable

X = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype("float32")


def sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((4, 4, 2)),
            layers.Conv2D(3, 2, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(2, name="head"),
        ],
        name="sequential",
    )


def functional() -> keras.Model:
    """With an operation that is not a layer, a layer used twice and a nested model."""
    inputs = keras.Input((4, 4, 2), name="image")
    twice = layers.Conv2D(2, 1, name="twice")
    x = twice(inputs) + twice(twice(inputs))
    nested = keras.Sequential([keras.Input((4, 4, 2)), layers.Conv2D(3, 1, name="inside")])
    x = ops.relu(nested(x))
    return keras.Model(inputs, layers.GlobalAveragePooling2D(name="pool")(x), name="functional")


def outputs(model: keras.Model) -> np.ndarray:
    return ops.convert_to_numpy(model(ops.convert_to_tensor(X), training=False))


def same(layer: Any) -> list[Any]:
    return [copy_layer(layer)]


def names(model: keras.Model) -> list[str]:
    return [layer.name for layer in model.layers]


@pytest.mark.parametrize("build", [sequential, functional])
def test_copy_has_the_same_names_weights_and_outputs_and_its_own_variables(build: Any) -> None:
    model = build()
    copy = copy_model(model, same)
    assert (copy.name, names(copy)) == (model.name, names(model))
    np.testing.assert_array_equal(outputs(copy), outputs(model))
    assert not {id(v) for v in copy.variables} & {id(v) for v in model.variables}
    assert len(copy.weights) == len(model.weights)


@pytest.mark.parametrize("build", [sequential, functional])
def test_layers_are_added_after_another(build: Any) -> None:
    def doubled(layer: Any) -> list[Any]:
        added = [layers.Rescaling(2.0, name="double")] if layer.name == "pool" else []
        return [copy_layer(layer), *added]

    model = build()
    copy = copy_model(model, doubled)
    found = names(copy)
    assert found[found.index("pool") + 1] == "double"
    if build is functional:
        np.testing.assert_array_equal(outputs(copy), 2 * outputs(model))


def test_a_layer_whose_weights_would_be_lost_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="weights"):
        copy_model(sequential(), lambda layer: [] if layer.name == "norm" else [copy_layer(layer)])


def test_layers_without_weights_are_left_out() -> None:
    model = keras.Sequential([keras.Input((4, 4, 2)), layers.Rescaling(3.0), layers.Conv2D(2, 1)])
    copy = copy_model(
        model, lambda layer: [] if isinstance(layer, layers.Rescaling) else [copy_layer(layer)]
    )
    assert len(copy.layers) == 1
    expected = ops.convert_to_numpy(model.layers[1](ops.convert_to_tensor(X)))
    np.testing.assert_allclose(outputs(copy), expected, rtol=1e-6)


def test_a_layer_used_twice_is_copied_once() -> None:
    calls = []

    def counted(layer: Any) -> list[Any]:
        calls.append(layer.name)
        return [copy_layer(layer)]

    copy_model(functional(), counted)
    assert calls.count("twice") == 1
    assert "inside" in calls


def test_copy_is_compiled_with_an_optimizer_of_its_own() -> None:
    model = sequential()
    model.compile(keras.optimizers.SGD(0.25), "mean_squared_error")
    copy = copy_model(model, same)
    assert copy.optimizer is not model.optimizer
    assert float(ops.convert_to_numpy(copy.optimizer.learning_rate)) == 0.25
    assert not copy_model(sequential(), same).compiled


def test_a_model_without_shapes_is_copied_without_weights() -> None:
    copy = copy_model(keras.Sequential([layers.Conv2D(2, 1)]), same)
    assert not copy.built
    assert outputs(copy).shape == (2, 4, 4, 2)


def test_what_is_frozen_stays_frozen() -> None:
    model = functional()
    model.layers[1].trainable = False
    assert len(copy_model(model, same).trainable_weights) == len(model.trainable_weights) == 2
    model.trainable = False
    assert copy_model(model, same).trainable_weights == []


class Subclassed(keras.Model):
    def call(self, inputs: Any) -> Any:
        return inputs


def test_subclassed_models_are_refused() -> None:
    assert is_copyable(sequential())
    assert is_copyable(functional())
    assert not is_copyable(Subclassed())
    assert not is_copyable(layers.Dense(2))
    with pytest.raises(ValueError, match=r"argument `model`.*functional or Sequential.*Subclassed"):
        copy_model(Subclassed(), same)
