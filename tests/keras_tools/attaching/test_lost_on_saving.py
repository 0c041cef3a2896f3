"""A save or a copy that loses what is attached to inner layers says so, once, and names them."""

import copy
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.lost_on_saving import (
    holds_its_class,
    stop_warning,
    warn_when_lost,
)

PACKAGE = "test_lost_on_saving"


@keras.saving.register_keras_serializable(PACKAGE)
class Makes(layers.Layer):
    """Makes its inner layer anew when it is loaded."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.inner = units, Noted(units, name=f"{self.name}_inner")

    def build(self, shape: Any) -> None:
        self.inner.build(shape)

    def call(self, x: Any) -> Any:
        return self.inner(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(PACKAGE)
class Holds(layers.Layer):
    """Has its inner layer in its configuration, as Keras' wrappers do."""

    def __init__(self, inner: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        made = isinstance(inner, layers.Layer)
        self.inner = inner if made else keras.saving.deserialize_keras_object(inner)

    def build(self, shape: Any) -> None:
        if not self.inner.built:
            self.inner.build(shape)

    def call(self, x: Any) -> Any:
        return self.inner(x)

    def get_config(self) -> dict[str, Any]:
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}


@keras.saving.register_keras_serializable(PACKAGE)
class HandsOn(Holds):
    """Has the layer itself in its configuration: Keras serializes it."""

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "inner": self.inner}


@keras.saving.register_keras_serializable(PACKAGE)
class Noted(layers.Dense):
    """What is "attached" here is a note, which the layer itself saves."""

    def __init__(self, *args: Any, note: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note = note

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "note": self.note}


@keras.saving.register_keras_serializable(PACKAGE)
class Backbone(keras.Model):
    """A functional model with a configuration of its own, as in KerasHub."""

    def __init__(self, units: int = 2, **kwargs: Any) -> None:
        x = keras.Input((3,))
        super().__init__(x, Noted(units, name="in_backbone")(x), **kwargs)
        self.units = units

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "units": self.units}


@keras.saving.register_keras_serializable(PACKAGE)
class Subclassed(keras.Model):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks = [Makes(2, name="in_list")]

    def call(self, x: Any) -> Any:
        return self.blocks[0](x)


def has_its_note(layer: Any, parts: list[Any]) -> bool:
    return not layer.note or any(
        part is layer or (isinstance(part, dict) and part["config"].get("note") == layer.note)
        for part in parts
    )


def noted(*parts: layers.Layer) -> keras.Model:
    """A model all of whose `Noted` layers have a note."""
    model = keras.Sequential([keras.Input((3,)), *parts], name="model")
    attach(model)
    return model


def attach(model: keras.Model) -> None:
    found = notes_in(model)
    for layer in found:
        layer.note = f"on {layer.name}"
    warn_when_lost(model, found, has_its_note, what="notes", again="note(model)")


def notes_in(model: Any) -> list[layers.Layer]:
    return [layer for layer in all_layers(model) if isinstance(layer, Noted)]


def said_by(function: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in said if "notes" in str(one.message)]


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input((3,)), Makes(3, name="deep")], name="inner")
    return noted(Makes(3, name="block"), Noted(3, name="plain"), inner)


def test_a_saved_model_names_what_it_loses_once(tmp_path: Path) -> None:
    model = nested()
    (said,) = said_by(lambda: model.save(tmp_path / "model.keras"))
    assert "['block_inner'] in Makes 'block'; ['deep_inner'] in Makes 'deep'" in said
    assert "plain" not in said
    assert said.endswith("Put them back afterwards: note(model)")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert {layer.name for layer in notes_in(loaded) if layer.note} == {"plain"}


@pytest.mark.parametrize(
    "copied",
    [keras.models.clone_model, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))],
    ids=["clone", "deepcopy", "pickle"],
)
def test_a_copy_says_so_too_and_is_itself_not_watched(copied: Callable[[Any], Any]) -> None:
    model, copies = noted(Makes(3, name="block")), []
    assert "['block_inner'] in Makes 'block'" in said_by(lambda: copies.append(copied(model)))[0]
    assert not [owner for owner in all_layers(copies[0]) if "get_config" in vars(owner)]
    assert said_by(lambda: copied(copies[0])) == []


def test_weights_alone_lose_nothing(tmp_path: Path) -> None:
    model = nested()
    assert said_by(lambda: model.save_weights(tmp_path / "model.weights.h5")) == []


@pytest.mark.parametrize("kind", [Holds, HandsOn, layers.TimeDistributed])
def test_owners_that_hold_their_layers_are_not_warned_of(kind: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4, 3)), kind(Noted(2, name="inner"))])
    attach(model)
    path = tmp_path / "model.keras"
    assert said_by(lambda: model.save(path)) == []
    assert [layer.note for layer in notes_in(keras.models.load_model(path))] == ["on inner"]


def test_models_with_a_configuration_of_their_own_are_looked_into(tmp_path: Path) -> None:
    backbone = Backbone(name="backbone")
    model = keras.Sequential([keras.Input((3,)), backbone, Noted(1, name="head")])
    attach(model)
    (said,) = said_by(lambda: model.save(tmp_path / "model.keras"))
    assert "['in_backbone'] in Backbone 'backbone'." in said
    assert len(said_by(lambda: backbone.save(tmp_path / "backbone.keras"))) == 1


def test_subclassed_models_are_looked_into(tmp_path: Path) -> None:
    model = Subclassed(name="own")
    model(keras.ops.ones((1, 3)))
    attach(model)
    (said,) = said_by(lambda: model.save(tmp_path / "model.keras"))
    assert "['in_list_inner'] in Subclassed 'own'" in said


def test_the_warning_ends_with_what_was_attached_and_leaves_no_trace() -> None:
    model = nested()
    watched = [owner for owner in (model, *all_layers(model)) if "get_config" in vars(owner)]
    assert {"model", "block", "block_inner", "plain", "inner", "deep"} <= {w.name for w in watched}
    first, *others = notes_in(model)
    stop_warning(model, [first], what="notes")
    assert "block_inner" not in said_by(lambda: keras.models.clone_model(model))[0]
    stop_warning(model, others, what="notes")
    assert not [owner for owner in (model, *all_layers(model)) if "get_config" in vars(owner)]


def test_two_kinds_of_things_are_named_each_with_its_own_call(tmp_path: Path) -> None:
    model = nested()
    found = notes_in(model)[:1]
    warn_when_lost(model, found, lambda layer, parts: False, what="marks", again="mark(model)")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.save(tmp_path / "model.keras")
    texts = [str(one.message) for one in said if "some layers" in str(one.message)]
    assert len(texts) == 2
    assert {text.rpartition(": ")[2] for text in texts} == {"note(model)", "mark(model)"}
    stop_warning(model, notes_in(model), what="notes")
    assert said_by(lambda: keras.models.clone_model(model)) == []
    assert "get_config" in vars(model)


def test_somebody_elses_get_config_stays() -> None:
    model = noted(Makes(3, name="block"))
    ours = model.get_config
    vars(model)["get_config"] = theirs = lambda: {**ours(), "more": 1}
    stop_warning(model, notes_in(model), what="notes")
    assert model.get_config is theirs
    notes_in(model)[0].note = ""
    assert said_by(model.get_config) == []


def test_the_class_of_a_layer_is_found_by_its_registered_name_and_its_own() -> None:
    layer = Noted(2, name="one")
    part = keras.saving.serialize_keras_object(layer)
    assert holds_its_class(layer, [part])
    assert holds_its_class(layer, [layer])
    assert not holds_its_class(Noted(2, name="two"), [part])
    assert not holds_its_class(layers.Dense(2, name="one"), [part])
