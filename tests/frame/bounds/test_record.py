"""The record of a layer has what follows from its values."""

import json
import math

import pytest

from keras_lateral import FrameBounds

ONE = FrameBounds(0.5, 2.0, "conv", shape=(12, 8), spectrum=(0.5, 1.0, 2.0), map_shape=(4, 2))


def test_what_follows_from_the_values() -> None:
    assert (ONE.condition_number, ONE.redundancy, ONE.directions, ONE.side) == (
        4,
        1.5,
        8,
        "columns",
    )
    wide = FrameBounds(0.5, 2.0, shape=(4, 8))
    assert (wide.redundancy, wide.directions, wide.side) == (0.5, 4, "rows")


def test_the_condition_number_of_what_is_singular_is_infinite() -> None:
    assert FrameBounds(0.0, 2.0).condition_number == math.inf


def test_tight_means_equal_to_within_a_share_of_b() -> None:
    assert FrameBounds(1.0, 1.0).is_tight(0)
    assert FrameBounds(1.996, 2.0).is_tight(0.0021)
    assert not FrameBounds(1.996, 2.0).is_tight(0.0019)


def test_errors_count_against_tightness() -> None:
    one = FrameBounds(1.0, 1.0, lower_error=0.0005, upper_error=0.001)
    assert one.error == 0.001
    assert not one.is_tight(0.001)
    assert one.is_tight(0.0016)


def test_json_holds_what_the_dict_holds_and_is_strict() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    values = json.loads(FrameBounds(0.0, 2.0, "a").to_json(), parse_constant=refuse)
    assert values["condition_number"] is None
    assert values["gershgorin_lower"] is None
    assert values["shape"] == [1, 1]
    assert json.loads(ONE.to_json())["spectrum"] == list(ONE.to_dict()["spectrum"])


def test_the_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ONE.lower = 1


def test_it_prints_in_one_line_with_errors_and_what_is_dead() -> None:
    assert str(FrameBounds(0.5, 2.0, "conv")) == "conv: A = 0.5, B = 2, B / A = 4"
    dying = FrameBounds(0.0, 2.0, "conv", 1e-3, shape=(9, 4), dead=2, dead_channels=1)
    assert str(dying) == (
        "conv: A = 0 (error 0.001), B = 2, B / A >= inf, 2 of 4 directions dead, dead channels: 1"
    )
