"""The record of receptive fields is a mapping, a table and JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import keras
import pytest
from keras import layers

from keras_lateral import ReceptiveFields, receptive_fields


@pytest.fixture
def fields() -> ReceptiveFields:
    block = keras.Sequential([keras.Input((None, None, 2)), layers.UpSampling2D(2, name="up")])
    block.name = "block"
    image = keras.Input((16, 20, 2), name="image")
    even = layers.Conv2D(2, 2, padding="same", name="even")(image)
    x = layers.Add(name="sum")([image, even])
    gate = layers.GlobalAveragePooling2D(name="mean", keepdims=True)(x)
    x = block(layers.Multiply(name="gated")([x, gate]))
    return receptive_fields(keras.Model(image, x, name="model"))


def test_it_is_a_mapping_in_graph_order(fields: ReceptiveFields) -> None:
    assert list(fields) == ["image", "even", "sum", "mean", "gated", "block/up"]
    assert len(fields) == 6
    assert dict(fields)["even"].size == (2, 2)
    assert fields["up"] is fields["block/up"]
    assert "nothing" not in fields
    with pytest.raises(KeyError, match=r"No layer is called 'nothing'. Expected one of \['image'"):
        fields["nothing"]
    with pytest.raises(TypeError):
        fields["even"] = fields["sum"]  # type: ignore[index]


def test_a_short_name_that_several_layers_have_is_an_error() -> None:
    inner = keras.Sequential([keras.Input((8, 1)), layers.ReLU(name="relu")], name="inner")
    other = keras.Sequential([keras.Input((8, 1)), layers.ReLU(name="relu")], name="other")
    image = keras.Input((8, 1))
    fields = receptive_fields(keras.Model(image, other(inner(image))))
    with pytest.raises(KeyError, match="Several layers.*'inner/relu', 'other/relu'"):
        fields["relu"]


def test_the_table_has_a_line_for_each_layer(fields: ReceptiveFields) -> None:
    lines = str(fields).splitlines()
    assert lines[0] == 'receptive fields of "model", image 16 x 20'
    assert len(lines) == 2 + len(fields)
    assert lines[4].split()[-3:] == ["paths", "not", "aligned"]
    assert lines[5].split()[-7:] == ["16", "x", "20", "0", "0", "sees", "the"] or (
        "16 x 20" in lines[5] and lines[5].endswith("sees the whole image")
    )
    assert "1/2" in lines[7]


def test_what_is_not_known_is_a_question_mark() -> None:
    conv = layers.Conv2D(2, 3, 2, padding="same", name="conv")
    table = str(receptive_fields(keras.Sequential([keras.Input((None, 8, 1)), conv])))
    assert "image ? x 8" in table
    assert "? x 0" in table
    assert table.endswith("?: depends on the image's size; see `input_shape`")


def test_json_holds_every_value(fields: ReceptiveFields, tmp_path: Path) -> None:
    text = fields.to_json(tmp_path / "fields.json")
    assert (tmp_path / "fields.json").read_text(encoding="utf-8") == text + "\n"
    record = json.loads(text)
    assert (record["model"], record["image"]) == ("model", [16, 20])
    for layer, field in zip(record["layers"], fields.values(), strict=True):
        assert tuple(layer["size"]) == field.size
        assert layer["whole"] == field.whole
        strides = [
            Fraction(*value) if isinstance(value, list) else value for value in layer["stride"]
        ]
        assert tuple(strides) == field.stride
    assert [layer["aligned"] for layer in record["layers"]] == [None, None, False, None, None, None]


def test_a_layer_that_sees_all_of_an_image_of_any_size_is_not_said_to_see_none() -> None:
    pooled = [layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    recurrent = [layers.LSTM(4), layers.Dense(3)]
    for shape, after in (((None, None, 3), pooled), ((None, 3), recurrent)):
        fields = receptive_fields(keras.Sequential([keras.Input(shape), *after]))
        lines = str(fields).splitlines()[-2:]
        assert [line.split("  ")[-1] for line in lines] == ["sees the whole image"] * 2
