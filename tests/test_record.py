"""Every record is written and shown in the same way."""

import importlib
import inspect
import json
import math
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import keras_lateral
from keras_lateral.record import Record, finite
from keras_lateral.text import printable
from tests.comparison_samples import HOSTILE, several
from tests.record_samples import SAMPLES

PARTS = {
    "LayerGradientFlow",
    "LayerReceptiveField",
    "LayerSparsity",
    "LayerSummary",
    "PruningPoint",
    "ImageResults",
    "Run",
    "TestedImages",
    "AddedMethod",
    "RecommendationStep",
    "TrainingSettings",
    "TrainingTrial",
}
"""Each is written as part of a record."""


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
    classes = [value for value in public if isinstance(value, type)]
    records = [kind for kind in classes if hasattr(kind, "to_dict")]
    assert len(records) >= 20
    assert {kind.__name__ for kind in records if not issubclass(kind, Record)} == PARTS


def test_a_comparison_writes_the_same_by_both_names(tmp_path) -> None:
    comparison = several(["gradient_mask"])
    comparison.save(tmp_path / "a.json")
    comparison.to_json(tmp_path / "b.json", indent=1)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert type(comparison).load(tmp_path / "b.json") == comparison


def all_records() -> Iterator[type[Record]]:
    for module in pkgutil.walk_packages(keras_lateral.__path__, "keras_lateral."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [Record]
    for kind in found:
        found += kind.__subclasses__()
    ours = (kind for kind in found[1:] if kind.__module__.startswith("keras_lateral."))
    return (kind for kind in ours if not inspect.isabstract(kind))


def sample(kind: type[Record], name: str, seed: int = 1) -> Record:
    return SAMPLES[kind](name, np.random.default_rng(seed))


TAGS = {"div", "p", "br", "table", "thead", "tbody", "tr", "th", "td"}

kinds = pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)


def test_every_kind_of_record_is_among_the_samples() -> None:
    assert {kind.__name__ for kind in all_records()} == {kind.__name__ for kind in SAMPLES}


@kinds
@pytest.mark.parametrize("name", ["conv", "block/" * 60, "two\nlines", *HOSTILE])
def test_repr_is_one_short_line_that_names_the_class(kind: type[Record], name: str) -> None:
    text = repr(sample(kind, name))
    assert text.startswith(f"<{kind.__name__}: ")
    assert text.endswith(">")
    assert len(text) <= 120
    assert text.isprintable()


@kinds
def test_repr_holds_no_list_of_values(kind: type[Record]) -> None:
    assert not set("[]{}") & set(repr(sample(kind, "conv")))


@kinds
@pytest.mark.parametrize("seed", range(4))
def test_a_notebook_shows_the_record_as_a_table(kind: type[Record], seed: int) -> None:
    page = ET.fromstring(sample(kind, "conv", seed)._repr_html_())
    if kind is not keras_lateral.GradientFlowSensitivity:  # without masks there is no row
        assert page.find("table") is not None
    for table in page.iter("table"):
        widths = {len(row) for row in table.iter("tr")}
        assert len(widths) == 1


@kinds
def test_what_a_notebook_shows_has_no_scripts_and_no_colours(kind: type[Record]) -> None:
    page = ET.fromstring(sample(kind, "conv")._repr_html_())
    assert {element.tag for element in page.iter()} <= TAGS
    attributes = {pair for element in page.iter() for pair in element.items()}
    sides = {("style", f"text-align: {side}") for side in ("left", "right")}
    assert attributes <= {("scope", "row"), ("scope", "col"), *sides}


@kinds
@pytest.mark.parametrize("name", ['<b>&"', *HOSTILE])
def test_in_a_notebook_every_name_is_text(kind: type[Record], name: str) -> None:
    html, plain = (sample(kind, text)._repr_html_() for text in (name, "conv"))
    page = ET.fromstring(html)
    tags = {element.tag for element in page.iter()}
    assert tags == {element.tag for element in ET.fromstring(plain).iter()}
    assert (printable(name) in "".join(page.itertext())) == ("conv" in plain)


WITH_ROWS = [kind for kind in SAMPLES if "__str__" not in vars(kind)]
"""Records that print as a table."""


@pytest.mark.parametrize("kind", WITH_ROWS, ids=lambda kind: kind.__name__)
def test_a_notebook_shows_the_rows_that_print_shows(kind: type[Record]) -> None:
    record = sample(kind, "conv")
    page = ET.fromstring(record._repr_html_())
    shown = [" ".join(part.strip() for part in row.itertext()) for row in page.iter("tr")]
    printed = [" ".join(line.split()) for line in str(record).splitlines()]
    assert shown
    assert {" ".join(row.split()) for row in shown} <= set(printed)


def test_without_words_of_its_own_a_record_shows_its_values() -> None:
    assert str(Few()) == "Few\nwhole    3\nseveral  2 values"
    assert repr(Few()) == "<Few: whole 3, several 2 values>"
    assert "<td" in Few()._repr_html_()


@dataclass(frozen=True, repr=False)
class Few(Record):
    def to_dict(self) -> dict[str, Any]:
        return {"whole": 3, "several": [1, 2]}


def test_numbers_of_numpy_are_written_as_those_of_python() -> None:
    found = finite({np.int64(1): [np.float32(0.5), np.nan, np.bool_(True)], "x": np.arange(2)})
    assert json.dumps(found) == '{"1": [0.5, null, true], "x": [0, 1]}'
