"""The record prints and writes what it holds."""

import json
import math

import pytest

from keras_lateral import GradientMaskReport
from keras_lateral.analysis import MaskedShare

FIRST = MaskedShare("first", True, 0.9, 0.8, 0.5, 0.25)
SECOND = MaskedShare("second", False, 1.0, math.nan, 1.0, math.nan)
REPORT = GradientMaskReport((FIRST, SECOND), samples=100, batch_size=32)


def test_energy_left_is_that_of_the_first_layer() -> None:
    assert REPORT.energy_left == FIRST.energy_left == 0.25 * 0.8


def test_a_layer_is_found_by_its_name() -> None:
    assert REPORT["second"] is SECOND
    with pytest.raises(KeyError, match=r"'third'.*Expected one of \['first', 'second'\]"):
        REPORT["third"]


def test_the_table_has_a_line_for_each_layer_and_says_which_is_off() -> None:
    lines = str(REPORT).splitlines()
    assert "100 samples, 32 a step" in lines[0]
    assert lines[2].split() == ["first", "90.0", "80.0", "50.0", "25.0", "20.0"]
    assert lines[3].split() == ["second", "(off)", "100.0", "nan", "100.0", "nan", "nan"]
    assert len(lines[1]) == len(lines[2]) == len(lines[3])


def test_json_holds_what_the_dict_holds_and_is_strict() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    values = json.loads(REPORT.to_json(), parse_constant=refuse)
    assert values["samples"] == 100
    assert values["layers"][0] == REPORT.to_dict()["layers"][0]
    assert values["layers"][0]["energy_left"] == FIRST.energy_left
    assert values["layers"][1]["energy_kept"] is None


def test_the_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        REPORT.samples = 1
