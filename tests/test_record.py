"""Every record writes itself down in the same way."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import pytest

import keras_lateral
from keras_lateral.record import Record, finite
from tests.comparison_samples import several

PARTS = {"LayerGradientFlow", "LayerReceptiveField", "LayerSparsity", "PruningPoint", "Run"}
"""Each is written with the record that it is of."""


def refuse(constant: str) -> None:
    pytest.fail(f"{constant} is no JSON")


@dataclass(frozen=True)
class Kept(Record):
    values: Any = field(default_factory=lambda: {"a": [1.0, math.nan], "b": (math.inf, {"c": "d"})})

    def to_dict(self) -> dict[str, Any]:
        return {"values": self.values, "none": None, "whole": 3}


def test_json_knows_no_nan_and_no_infinity() -> None:
    read = json.loads(Kept().to_json(), parse_constant=refuse)
    assert read == {"values": {"a": [1.0, None], "b": [None, {"c": "d"}]}, "none": None, "whole": 3}


def test_finite_leaves_everything_else_as_it_is() -> None:
    values = {"a": [1, True, "nan", None, 1e300], "b": {}}
    assert finite(values) == values


def test_a_file_holds_what_is_returned(tmp_path) -> None:
    path = tmp_path / "new folder" / "record.json"
    text = Kept().to_json(path, indent=2)
    assert path.read_text(encoding="utf-8") == text + "\n"
    assert "\n  " in text
    assert [file.name for file in path.parent.iterdir()] == ["record.json"]


def test_whatever_has_values_by_names_is_a_record_that_can_be_written() -> None:
    public = [getattr(keras_lateral, name) for name in dir(keras_lateral)]
    records = [one for one in public if isinstance(one, type) and hasattr(one, "to_dict")]
    assert len(records) >= 20
    assert {one.__name__ for one in records if not issubclass(one, Record)} == PARTS


def test_a_comparison_writes_the_same_by_both_names(tmp_path) -> None:
    comparison = several(["gradient_mask"])
    comparison.save(tmp_path / "a.json")
    comparison.to_json(tmp_path / "b.json", indent=1)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert type(comparison).load(tmp_path / "b.json") == comparison
