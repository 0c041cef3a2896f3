"""The table of a model prints and writes what it holds."""

import json

import pytest

from keras_lateral import FrameBounds, FrameBoundsReport

FIRST = FrameBounds(0.25, 2.0, "first", shape=(32, 16), map_shape=(8, 4), dead=3, reached=0.25)
ROUGH = FrameBounds(0.5, 3.0, "rough", 0.001, 0.02, borders="zeros")
REPORT = FrameBoundsReport((FIRST, ROUGH), ("attention",))


def test_a_layer_is_found_by_its_name() -> None:
    assert REPORT["rough"] is ROUGH
    with pytest.raises(KeyError, match=r"'third'.*Expected one of \['first', 'rough'\]"):
        REPORT["third"]


def test_bounds_of_all_layers_are_the_least_and_the_largest() -> None:
    assert (REPORT.lower, REPORT.upper) == (0.25, 3.0)


def test_the_table_has_an_aligned_line_for_each_layer() -> None:
    title, header, first, rough, *notes = str(REPORT).splitlines()
    assert title.endswith("circular borders and zeros at the borders")
    assert len(header) == len(first) == len(rough)
    words = ["first", "8", "x", "4", "2", "25", "%", "0.25", "2", "8", "0"]
    assert first.split() == [*words, "nan", "nan", "nan", "nan", "3", "16", "0"]
    words = ["rough", "-", "1", "100", "%", "0.5", "3", ">=", "6", "0.02"]
    assert rough.split() == [*words, "nan", "nan", "nan", "nan", "-", "1", "0"]
    assert any(note.startswith("error:") for note in notes)
    assert notes[-1] == "not measured: attention"


def test_a_table_of_exact_values_has_no_column_of_errors() -> None:
    assert "error" not in str(FrameBoundsReport((FIRST,)))


def test_json_holds_what_the_dict_holds() -> None:
    values = json.loads(REPORT.to_json())
    assert values["not_measured"] == ["attention"]
    assert (
        values["layers"][0]["condition_number"] == REPORT.to_dict()["layers"][0]["condition_number"]
    )
    assert values["layers"][1]["gershgorin_upper"] is None


def test_the_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        REPORT.layers = ()
