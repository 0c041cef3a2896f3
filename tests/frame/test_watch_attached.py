"""Attached regularizers say when they are lost or left out, and come back in one call."""

import copy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import (
    FrameRegularizer,
    attach_regularizer,
    detach_regularizer,
    find_regularizers,
)
from keras_lateral.keras_tools.all_layers import all_layers
from tests.frame.own_steps import own_step

PACKAGE = "test_watch_attached"
X, Y = np.ones((4, 5), "float32"), np.zeros((4, 2), "float32")


def regularizer(**settings: Any) -> FrameRegularizer:
    return FrameRegularizer(**{"lower": 0.25, "upper": 1.0, "factor": 0.01, "seed": 7} | settings)


@keras.saving.register_keras_serializable(PACKAGE)
class Block(layers.Layer):
    """Makes two layers of its own, one of them with a regularizer from the start."""

    def __init__(self, units: int = 3, given: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.given = units, given
        self.first = layers.Dense(units, name=f"{self.name}_first")
        own = regularizer(seed=1, factor=0.5) if given else None
        self.second = layers.Dense(units, kernel_regularizer=own, name=f"{self.name}_second")

    def build(self, shape: Any) -> None:
        self.first.build(shape)
        self.second.build((*shape[:-1], self.units))

    def call(self, x: Any) -> Any:
        return self.second(self.first(x))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "given": self.given}


def with_block(given: bool = False) -> keras.Model:
    block = Block(given=given, name="block")
    last = layers.Dense(2, name="last")
    return keras.Sequential([keras.Input((5,)), layers.Dense(4, name="plain"), block, last])


def said_by(function: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in said if "regulariz" in str(one.message)]


def configs(model: keras.Model) -> dict[str, dict[str, Any]]:
    return {name: one.get_config() for name, one in find_regularizers(model).items()}


def test_what_a_save_loses_is_named_and_comes_back_in_one_call(tmp_path: Path) -> None:
    model, path = with_block(), tmp_path / "model.keras"
    attach_regularizer(model, regularizer())
    (said,) = said_by(lambda: model.save(path))
    assert "['block_first', 'block_second'] in Block 'block'. Put them back" in said
    assert 'attach_regularizer(model, regularizer, existing="keep")' in said
    loaded = keras.models.load_model(path)
    assert list(find_regularizers(loaded)) == ["plain", "last"]
    attach_regularizer(loaded, regularizer(), existing="keep")
    assert configs(loaded) == configs(model)
    assert len(said_by(lambda: loaded.save(path))) == 1  # the loaded model is watched too


@pytest.mark.parametrize("copied", [keras.models.clone_model, copy.deepcopy])
def test_what_a_copy_loses_is_named(copied: Callable[[Any], Any]) -> None:
    model = with_block()
    attach_regularizer(model, regularizer())
    (said,) = said_by(lambda: copied(model))
    assert "['block_first', 'block_second'] in Block 'block'" in said


def test_what_a_block_makes_itself_is_not_said_to_be_lost(tmp_path: Path) -> None:
    model, path = with_block(given=True), tmp_path / "model.keras"
    kept = attach_regularizer(model, regularizer(), existing="keep")
    assert kept["block_second"].factor == 0.5
    (said,) = said_by(lambda: model.save(path))
    assert "['block_first'] in Block 'block'" in said
    assert "block_second" not in said
    loaded = keras.models.load_model(path)
    attach_regularizer(loaded, regularizer(), existing="keep")
    assert configs(loaded) == configs(model)


def test_a_model_without_blocks_saves_in_silence(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4, kernel_regularizer="l2")])
    attach_regularizer(model, regularizer())
    assert said_by(lambda: model.save(tmp_path / "model.keras")) == []
    assert said_by(lambda: keras.models.clone_model(model)) == []


def test_detaching_ends_the_watch() -> None:
    model = with_block()
    attach_regularizer(model, regularizer())
    detach_regularizer(model, ["block_first"])
    assert "['block_second']" in said_by(lambda: keras.models.clone_model(model))[0]
    detach_regularizer(model)
    assert said_by(lambda: keras.models.clone_model(model)) == []
    assert not [one for one in (model, *all_layers(model)) if "get_config" in vars(one)]


def test_existing_regularizers_are_replaced_with_what_stood_beside_them() -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4, kernel_regularizer="l2")])
    attach_regularizer(model, regularizer(factor=0.1))
    attach_regularizer(model, regularizer(factor=0.2), existing="replace")
    (found,) = find_regularizers(model).values()
    assert found.factor == 0.2
    assert isinstance(found.beside, keras.regularizers.L2)
    assert len(model.losses) == 1


def test_an_unknown_word_for_existing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid value for argument `existing`"):
        attach_regularizer(with_block(), regularizer(), existing="skip")


class Convolves(layers.Layer):
    """A layer with a kernel that no layer of Keras has."""

    def build(self, shape: Any) -> None:
        self.weight = self.add_weight(shape=(3, shape[-1], 2))

    def call(self, x: Any) -> Any:
        return keras.ops.conv(x, self.weight)


def test_layers_that_convolve_by_themselves_are_named_where_the_default_leaves_them_out() -> None:
    own = Convolves(name="own")
    parts = [own, layers.Conv1D(2, 3, name="conv")]
    model = keras.Sequential([keras.Input((8, 2)), *parts], name="model")
    with pytest.warns(UserWarning, match=r"1 layers of model 'model' .*: \['own'\]"):
        attached = attach_regularizer(model, regularizer())
    assert list(attached) == ["conv"]
    detach_regularizer(model)
    assert said_by(lambda: attach_regularizer(model, regularizer(), "conv")) == []
    alone = keras.Sequential([keras.Input((8, 2)), own])
    with pytest.raises(ValueError, match=r"no convolution .* by themselves: \['own'\]"):
        attach_regularizer(alone, regularizer())


def own_model(own: bool, **settings: Any) -> keras.Model:
    """A model whose training step adds `self.losses`, as Keras' own does, or does not."""
    inputs = keras.Input((5,))
    hidden = layers.Dense(3, name="hidden")(inputs)
    outputs = layers.Dense(2, name="head")(hidden)
    kind = own_step() if own else keras.Model
    model = kind(inputs, outputs, name="model")
    model.compile(keras.optimizers.SGD(0.01), "mse", **settings)
    return model


def test_a_training_step_that_leaves_the_losses_out_is_named_once() -> None:
    model = own_model(own=True)
    attach_regularizer(model, regularizer())
    (said,) = said_by(lambda: model.fit(X, Y, epochs=2, verbose=0))
    assert "model 'model' never added `self.losses`" in said
    assert "['hidden', 'head']" in said
    assert said_by(lambda: model.fit(X, Y, verbose=0)) == []


def test_an_ordinary_training_step_is_silent_though_it_has_trained_before() -> None:
    model = own_model(own=False)
    model.fit(X, Y, verbose=0)
    attach_regularizer(model, regularizer())
    assert said_by(lambda: model.fit(X, Y, verbose=0)) == []


def test_losses_looked_at_before_the_step_do_not_count() -> None:
    model = own_model(own=True)
    attach_regularizer(model, regularizer())
    model.evaluate(X, Y, verbose=0)
    assert len(said_by(lambda: model.fit(X, Y, verbose=0))) == 1


def test_layers_that_were_frozen_afterwards_are_named_as_such() -> None:
    model = own_model(own=False)
    attach_regularizer(model, regularizer())
    model.get_layer("hidden").trainable = False
    model.compile("sgd", "mse")
    (said,) = said_by(lambda: model.fit(X, Y, verbose=0))
    assert "did not regularize the layers ['hidden'], since they are not trainable" in said


def test_what_was_detached_before_the_step_is_not_missed() -> None:
    model = own_model(own=True)
    attach_regularizer(model, regularizer())
    detach_regularizer(model)
    assert said_by(lambda: model.fit(X, Y, verbose=0)) == []
