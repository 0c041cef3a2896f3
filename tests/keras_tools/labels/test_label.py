"""Labels are strings that know where their layer is; names stand for the labels that they mean."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from keras_lateral.keras_tools.labels.by_layer import ByLayer
from keras_lateral.keras_tools.labels.label import Label, find_label, find_labels
from keras_lateral.keras_tools.labels.layer_labels import numbered

LABELS = [Label("first", path="b1/first"), Label("b1/conv"), Label("b2/conv"), Label("conv")]
LATER = Label("b1/conv_2", path="b1/conv_2", place="b1/conv")


@pytest.mark.parametrize("label", [*LABELS, LATER, LATER + ":1"])
def test_a_label_is_a_string_that_stays_what_it_is_when_copied(label: Label) -> None:
    for same in (copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
        assert (same, same.path, same.place) == (str(label), label.path, label.place)
    assert json.dumps({label: label}) == json.dumps({str(label): str(label)})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first", "first"),
        ("b1/first", "first"),
        ("b2/conv", "b2/conv"),
        ("conv", "conv"),  # a label means itself, whatever ends alike
    ],
)
def test_a_label_a_path_and_the_end_of_one_are_found(name: str, expected: str) -> None:
    assert find_label(name, LABELS) == expected
    assert find_labels(name, LABELS, "the layers") == [expected]


def test_two_layers_of_one_name_in_one_place_are_several() -> None:
    with pytest.raises(KeyError, match="Several kernels are called 'conv'.*'b1/conv', 'b1/conv_2'"):
        find_label("conv", ["b1/conv", LATER], "kernel")


def test_a_wrong_path_is_not_taken_for_a_right_one() -> None:
    with pytest.raises(KeyError, match="No layer is called 'b2/first'. Expected one of"):
        find_label("b2/first", LABELS)
    with pytest.raises(ValueError, match=r"argument `masks`.*Received: masks=\['b2/first'\]"):
        find_labels(["first", "b2/first"], LABELS, "the masks", "masks")


def test_a_dict_by_layer_takes_paths_and_ends_of_paths() -> None:
    found = ByLayer(zip(LABELS, range(4), strict=True))
    assert [found[name] for name in ("first", "b1/first", "b2/conv", "conv")] == [0, 0, 2, 3]
    assert "b1/first" in found
    assert "b2/first" not in found
    assert 1 not in found
    assert found.get("b2/first") is None
    assert found.get("b1/first") == 0


def test_numbers_do_not_meet_names_that_end_in_numbers() -> None:
    assert numbered(["a", "a", "a_2", "a"]) == ["a", "a_3", "a_2", "a_4"]
