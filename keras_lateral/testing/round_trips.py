"""Checks that a layer is restored unchanged from its config, from files and from a clone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.testing.comparisons import assert_close, assert_equal
from keras_lateral.testing.gradients import as_array
from keras_lateral.testing.layer_checks import Subject, as_input, shuffle_weights


def check_config(subject: Subject) -> None:
    """The config holds every argument as given, and makes a layer with an equal config."""
    layer = subject.make()
    config = layer.get_config()
    for name, value in subject.init_kwargs.items():
        if name in config and isinstance(value, (bool, int, float, str, type(None))):
            assert_equal(config[name], _as_stored(value, config[name]), f"config[{name!r}]")
    missing = [name for name in subject.init_kwargs if name not in config]
    assert_equal(missing, [], "Arguments given but missing in the config")

    again = subject.layer_class.from_config(config)
    assert_equal(again.get_config(), config, "Config of the layer made from the config")
    serialized = keras.saving.serialize_keras_object(layer)
    with keras.saving.custom_object_scope(dict(subject.custom_objects)):
        restored = keras.saving.deserialize_keras_object(serialized)
    assert_equal(type(restored), subject.layer_class, "Class of the layer deserialized")
    assert_equal(restored.get_config(), config, "Config of the layer deserialized")


def _as_stored(given: Any, kept: Any) -> Any:
    """Returns a number repeated for each axis, and the stored config for an object's name."""
    if isinstance(kept, (tuple, list)):
        return type(kept)(given for _ in kept)
    return kept if isinstance(kept, dict) else given


def check_keras_file(subject: Subject) -> None:
    """A model saved as `.keras` and loaded gives the same outputs, bit for bit."""
    model = subject.model(subject.make())
    shuffle_weights(model)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path, custom_objects=dict(subject.custom_objects))
    assert_equal(
        loaded.layers[-1].get_config(), model.layers[-1].get_config(), "Config after `.keras`"
    )
    _assert_same(subject, loaded, model, "after saving and loading `.keras`")


def check_weights_file(subject: Subject) -> None:
    """Weights saved and loaded into a fresh model give the same outputs, bit for bit."""
    model, fresh = subject.model(subject.make()), subject.model(subject.make())
    shuffle_weights(model)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.weights.h5")
        model.save_weights(path)
        fresh.load_weights(path)
    _assert_same(subject, fresh, model, "after saving and loading `.weights.h5`")


def check_clone(subject: Subject) -> None:
    """`keras.models.clone_model` gives an equal layer with variables of its own."""
    model = subject.model(subject.make())
    shuffle_weights(model)
    with keras.saving.custom_object_scope(dict(subject.custom_objects)):
        clone = keras.models.clone_model(model)
    assert_equal(type(clone.layers[-1]), subject.layer_class, "Class of the clone")
    assert_equal(
        clone.layers[-1].get_config(), model.layers[-1].get_config(), "Config of the clone"
    )
    mine = {id(variable) for variable in model.variables}
    shared = [variable.path for variable in clone.variables if id(variable) in mine]
    assert_equal(shared, [], "Variables that the clone shares with its original")
    clone.set_weights(model.get_weights())
    _assert_same(subject, clone, model, "of the clone")


def _assert_same(subject: Subject, found: keras.Model, expected: keras.Model, when: str) -> None:
    ours, theirs = found.get_weights(), expected.get_weights()
    assert_equal(len(ours), len(theirs), f"Number of weights {when}")
    for weight, our_value, their_value in zip(expected.weights, ours, theirs, strict=True):
        assert_close(np.asarray(our_value), np.asarray(their_value), f"Weight {weight.path} {when}")
    x = as_input(subject.data, expected.layers[-1])
    assert_close(
        as_array(found(x, training=False)), as_array(expected(x, training=False)), f"Output {when}"
    )
