"""Strides and dilation rate of the penalties on filters: refused when given, kept in configs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import keras_lateral
from keras_lateral import attach_regularizer, find_regularizers
from keras_lateral.frame.method import regularizer_trial
from keras_lateral.frame.rivals.filter_penalty import FilterPenalty
from tests.backends import to_numpy
from tests.frame.rivals.rivals import OF_FILTERS, RIVALS, a_kernel, rival, with_own_arguments

each_rival = pytest.mark.parametrize("name", OF_FILTERS)


def test_they_are_the_rivals_whose_penalty_is_one_on_filters() -> None:
    found = [name for name in RIVALS if issubclass(getattr(keras_lateral, name), FilterPenalty)]
    assert found == OF_FILTERS


@each_rival
@pytest.mark.parametrize("argument", ["strides", "dilation_rate"])
@pytest.mark.parametrize("value", [2, (2, 2), [1, 2]])
def test_a_value_that_would_change_nothing_is_refused(name: str, argument: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"argument `{argument}`\. {name} depends on .* alone"):
        rival(name, **{argument: value})


@each_rival
@pytest.mark.parametrize("value", [1, (1, 1), [1, 1]])
def test_one_is_accepted(name: str, value: Any) -> None:
    config = rival(name, strides=value, dilation_rate=value).get_config()
    expected = value if value == 1 else (1, 1)
    assert (config["strides"], config["dilation_rate"]) == (expected, expected)


@each_rival
@pytest.mark.parametrize("argument", ["strides", "dilation_rate"])
def test_values_that_no_layer_has_are_refused_everywhere(name: str, argument: str) -> None:
    for make in (getattr(keras_lateral, name), lambda **config: rival_from(name, config)):
        with pytest.raises(ValueError, match=rf"argument `{argument}`.*positive integer.*0"):
            make(**{argument: 0})


def rival_from(name: str, config: dict[str, Any]) -> Any:
    return getattr(keras_lateral, name).from_config(config)


@each_rival
def test_a_config_keeps_those_of_its_layer_and_the_penalty_is_the_same(name: str) -> None:
    plain = with_own_arguments(name, factor=0.5, seed=3)
    config = {**plain.get_config(), "strides": (2, 1), "dilation_rate": (1, 3)}
    one = rival_from(name, json.loads(json.dumps(config)))
    assert one.get_config() == config
    assert one.geometry.strides == (2, 1)
    kernel = a_kernel((3, 3, 2, 4))
    np.testing.assert_array_equal(to_numpy(one(kernel)), to_numpy(plain(kernel)))


@each_rival
def test_it_is_attached_to_strided_and_dilated_layers_and_saved_with_them(
    name: str, tmp_path: Path
) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((9, 9, 2)),
            layers.Conv2D(3, 3, strides=(2, 1), name="strided"),
            layers.Conv2D(2, 2, dilation_rate=2, name="dilated"),
        ]
    )
    attach_regularizer(model, rival(name, seed=0))
    model.save(tmp_path / "model.keras")
    loaded = find_regularizers(keras.models.load_model(tmp_path / "model.keras"))
    for found in (find_regularizers(model), loaded):
        configs = {label: one.get_config() for label, one in found.items()}
        assert configs["strided"]["strides"] == (2, 1)
        assert configs["dilated"]["dilation_rate"] == (2, 2)


@each_rival
def test_a_search_refuses_them_too(name: str) -> None:
    kind = getattr(keras_lateral, name)
    with pytest.raises(ValueError, match=r"argument `strides`.*strides=2"):
        regularizer_trial(kind, "rival", None, 1, factor=0.1, strides=2)
