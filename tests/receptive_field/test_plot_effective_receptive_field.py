"""The picture shows the maps and the boxes of the records."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import EffectiveReceptiveField, plot_effective_receptive_field

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)


def field(*shape: int, **values: Any) -> EffectiveReceptiveField:
    return EffectiveReceptiveField(RNG.random(shape), **values)


def points(boxes: Any) -> list[Any]:
    return [box.get_bbox().get_points().tolist() for box in boxes]


def test_the_map_is_drawn_relative_to_its_largest_value() -> None:
    record = field(5, 7)
    _, axes = plot_effective_receptive_field(record)
    shown = axes[0].get_images()[0]
    np.testing.assert_allclose(shown.get_array(), record.map / record.map.max())
    assert shown.get_clim() == (0, 1)


def test_boxes_are_those_of_the_mass_and_of_the_field_within_the_image() -> None:
    record = field(8, 9, calculated=((-1, 5), (2, 20)))
    _, axes = plot_effective_receptive_field(record, mass=0.5)
    (top, bottom), (left, right) = record.box(0.5)
    holds = [[left - 0.5, top - 0.5], [right + 0.5, bottom + 0.5]]
    assert points(axes[0].patches) == [holds, [[1.5, -0.5], [8.5, 5.5]]]
    height, width = record.size(0.5)
    assert axes[0].get_xlabel() == f"50 % within {height} x {width}\nof 6 x 7 pixels"


def test_without_a_calculated_field_there_is_one_box() -> None:
    figure, axes = plot_effective_receptive_field(field(4, 4))
    assert len(axes[0].patches) == 1
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["95.45 % of the gradient"]


def test_a_comparison_is_drawn_as_before_and_after() -> None:
    change = field(6, 6, layer="conv").compare(field(6, 6, layer="conv"))
    _, axes = plot_effective_receptive_field(change)
    assert [panel.get_title() for panel in axes] == ["conv, before", "conv, after"]
    shown = axes[1].get_images()[0].get_array()
    np.testing.assert_allclose(shown, change.after.map / change.after.map.max())


def test_a_map_of_one_axis_is_a_curve_between_lines() -> None:
    record = field(9, calculated=((2, 6),))
    _, axes = plot_effective_receptive_field([record, record], titles=["a", "b"])
    curve, *lines = axes[1].get_lines()
    np.testing.assert_allclose(curve.get_ydata(), record.map / record.map.max())
    ((first, last),) = record.box()
    assert [line.get_xdata()[0] for line in lines] == [first - 0.5, last + 0.5, 1.5, 6.5]
    assert axes[1].get_title() == "b"


def test_what_cannot_be_drawn_is_refused() -> None:
    for fields in ([], [field(3, 3, 3)], [field(3), field(3, 3)]):
        with pytest.raises(ValueError, match="argument `fields`"):
            plot_effective_receptive_field(fields)
    with pytest.raises(ValueError, match="`titles`. Expected 2"):
        plot_effective_receptive_field([field(3), field(3)], titles=["one"])


def test_a_figure_can_be_saved_and_none_is_left_open(tmp_path: Path) -> None:
    figure, _ = plot_effective_receptive_field([field(5, 30), field(30, 5)])
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()
