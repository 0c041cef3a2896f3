"""Every layer with a kernel is measured, however it is nested; what is not measured is named."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral.frame.bounds.of_layers import (
    Measurement,
    layer_frame_bounds,
    layers_to_measure,
    model_frame_bounds,
)

HOW = Measurement(grid=2)


class Block(layers.Layer):
    def __init__(self) -> None:
        super().__init__(name="block")
        self.conv = layers.Conv2D(3, 2, name="conv")

    def call(self, x: Any) -> Any:
        return self.conv(x)


class Net(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="net")
        self.first = layers.Conv2D(3, 2, name="conv")
        self.blocks = [Block(), layers.Flatten()]
        self.head = keras.Sequential([layers.Dense(2, name="dense")])

    def call(self, x: Any) -> Any:
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(4, 3, name="inner")])
    time = layers.TimeDistributed(layers.Dense(3, name="wrapped"))
    return keras.Sequential([keras.Input((6, 6, 2)), inner, layers.BatchNormalization(), time])


def test_layers_of_nested_models_and_wrappers_are_measured() -> None:
    model = nested()
    report = model_frame_bounds(model, Measurement())
    assert [layer.name for layer in report.layers] == ["inner", "wrapped"]
    assert report["inner"].map_shape == (6, 6)
    assert report["inner"] == layer_frame_bounds(model.layers[0].layers[0], Measurement())
    assert report.not_measured == ()


def test_subclassed_models_are_measured_and_equal_names_are_told_apart() -> None:
    net = Net()
    net(np.zeros((1, 4, 4, 2), "float32"))
    report = model_frame_bounds(net, HOW)
    assert sorted(layer.name for layer in report.layers) == ["block/conv", "conv", "dense"]
    assert {layer.lower for layer in report.layers} == {
        layer_frame_bounds(layer, HOW).lower
        for layer in (net.first, net.blocks[0].conv, net.head.layers[0])
    }


def test_what_is_not_measured_is_named() -> None:
    inputs = keras.Input((5, 4))
    x = layers.MultiHeadAttention(2, 3, name="attention")(inputs, inputs)
    model = keras.Model(inputs, layers.Dense(2, name="dense")(layers.GRU(3, name="gru")(x)))
    report = model_frame_bounds(model, HOW)
    assert [layer.name for layer in report.layers] == ["dense"]
    assert {"query", "key", "value", "attention_output"} <= set(report.not_measured)
    assert any("gru" in name for name in report.not_measured)
    assert "not measured: query" in str(report)


def test_layers_are_chosen_by_name_class_or_function() -> None:
    model = nested()
    for choice in ("inner", ["inner"], layers.Conv2D, lambda layer: layer.name[0] in "ib"):
        assert list(layers_to_measure(model, choice)) == ["inner"]


def test_a_name_without_a_kernel_is_refused_and_so_is_a_model_without_any() -> None:
    model = nested()
    norm = model.layers[1].name
    with pytest.raises(ValueError, match=rf"`layers`.*\['{norm}'\].*no known kernel"):
        layers_to_measure(model, ["inner", norm])
    with pytest.raises(ValueError, match="No layer is named 'other'"):
        layers_to_measure(model, "other")
    empty = keras.Sequential([keras.Input((3,)), layers.ReLU()])
    with pytest.raises(ValueError, match="no known kernel"):
        model_frame_bounds(empty, HOW)


def test_a_line_is_printed_for_each_layer_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    model_frame_bounds(nested(), HOW)
    assert capsys.readouterr().out == ""
    model_frame_bounds(nested(), HOW, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["inner", "wrapped"]


def test_measuring_leaves_the_model_as_it_is() -> None:
    model = nested()
    before = model.get_weights()
    model_frame_bounds(model, Measurement("zeros"))
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
