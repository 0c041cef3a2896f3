"""The picture shows the sizes and the strides of the layers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import ReceptiveField, plot_receptive_field_growth, receptive_fields

pytest.importorskip("matplotlib")


def field(size: tuple[int, ...], stride: tuple[int, ...]) -> ReceptiveField:
    return ReceptiveField(size=size, stride=stride, padding=(0,) * len(size))


def strides(axes: Any) -> list[tuple[int, str]]:
    (above,) = axes.child_axes
    labels = [label.get_text() for label in above.get_xticklabels()]
    return list(zip(map(int, above.get_xticks()), labels, strict=True))


def test_axes_that_agree_are_one_line_of_the_sizes() -> None:
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(2, 3, name="first"),
            layers.Conv2D(2, 5, strides=2, name="strided"),
            layers.Conv2D(2, 3, name="last"),
        ]
    )
    _, axes = plot_receptive_field_growth(receptive_fields(model))
    (line,) = axes.get_lines()[:1]
    # 3, then 3 + 4 x 1, then 7 + 2 x 2.
    np.testing.assert_array_equal(line.get_ydata()[-3:], [3, 7, 11])
    assert line.get_label() == "each axis"
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names[-3:] == ["first", "strided", "last"]
    assert [word for _, word in strides(axes)] == ["2"]


def test_axes_that_differ_have_a_line_each() -> None:
    fields = {"a": field((3, 1), (1, 1)), "b": field((5, 3), (2, 1)), "c": field((9, 3), (2, 1))}
    _, axes = plot_receptive_field_growth(fields)
    height, width, *dotted = axes.get_lines()
    assert (height.get_label(), width.get_label()) == ("height", "width")
    np.testing.assert_array_equal(height.get_ydata(), [3, 5, 9])
    np.testing.assert_array_equal(width.get_ydata(), [1, 3, 3])
    assert strides(axes) == [(1, "2 x 1")]
    assert [line.get_xdata()[0] for line in dotted] == [1]


def test_strides_are_marked_where_they_change_back_too_and_in_the_first_layer() -> None:
    fields = {str(n): field((n + 1,), (step,)) for n, step in enumerate([2, 2, 4, 2])}
    _, axes = plot_receptive_field_growth(fields)
    assert strides(axes) == [(0, "2"), (2, "4"), (3, "2")]


def test_layers_that_see_the_whole_image_have_a_band_and_no_number() -> None:
    model = keras.Sequential(
        [keras.Input((9, 9, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)]
    )
    _, axes = plot_receptive_field_growth(receptive_fields(model))
    sizes = axes.get_lines()[0].get_ydata()
    np.testing.assert_array_equal(sizes[-3:], [3, np.nan, np.nan])
    assert len(axes.patches) == 2


def test_of_many_layers_only_those_that_change_the_stride_are_named(tmp_path: Path) -> None:
    fields = {f"layer{n}": field((n + 1, n + 1), (1 + n // 30,) * 2) for n in range(70)}
    figure, axes = plot_receptive_field_growth(fields)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["layer30", "layer60"]
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_a_side_path_that_sees_the_whole_image_keeps_its_points() -> None:
    local = field((3, 3), (1, 1))
    besides = ReceptiveField(size=(5, 5), stride=(1, 1), padding=(0, 0), whole=True)
    _, axes = plot_receptive_field_growth({"conv": local, "scaled": besides})
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), [3, 5])
    assert len(axes.patches) == 1


def test_a_size_that_is_not_known_is_a_gap_and_a_stride_may_be_a_fraction() -> None:
    half = ReceptiveField(size=(3, None), stride=(1, Fraction(1, 2)), padding=(0, 0))
    _, axes = plot_receptive_field_growth({"conv": field((3, 3), (1, 1)), "up": half})
    np.testing.assert_array_equal(axes.get_lines()[1].get_ydata(), [3, np.nan])
    assert strides(axes) == [(1, "1 x 1/2")]


def test_without_a_layer_there_is_nothing_to_draw() -> None:
    for fields in ({}, {"a": field((3,), (1,)), "b": field((3, 3), (1, 1))}):
        with pytest.raises(ValueError, match="`fields`. Expected at least one layer"):
            plot_receptive_field_growth(fields)
