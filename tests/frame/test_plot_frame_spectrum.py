"""The figure shows the numbers of the records."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral import FrameBounds, FrameBoundsReport, plot_frame_spectrum

pytest.importorskip("matplotlib")
ONE = FrameBounds(
    0.25,
    2.0,
    "conv",
    gershgorin_lower=-1.0,
    gershgorin_upper=4.0,
    scaled_lower=0.125,
    scaled_upper=3.0,
    spectrum=(0.25, 1.0, 2.0),
)
ENDS = FrameBounds(0.0, 3.0, "large", 0.01, 0.01, borders="zeros")


def test_the_curve_is_the_spectrum_from_the_least_to_the_largest() -> None:
    _, axes = plot_frame_spectrum(ONE)
    curve = axes.get_lines()[0]
    np.testing.assert_allclose(curve.get_xdata(), [0, 50, 100])
    np.testing.assert_allclose(curve.get_ydata(), ONE.spectrum)
    assert axes.get_title() == "squared singular values of conv, circular borders"


def test_bounds_are_drawn_where_they_are_above_zero() -> None:
    _, axes = plot_frame_spectrum(ONE)
    heights = sorted(line.get_ydata()[0] for line in axes.get_lines()[1:])
    np.testing.assert_allclose(heights, [0.125, 0.25, 2.0, 3.0, 4.0])


def test_values_of_zero_are_drawn_at_the_floor() -> None:
    _, axes = plot_frame_spectrum(FrameBounds(0.0, 2.0, spectrum=(0.0, 0.0, 2.0)))
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), [2e-8, 2e-8, 2.0])


def test_ends_alone_are_marks() -> None:
    _, axes = plot_frame_spectrum(FrameBoundsReport((ONE, ENDS)))
    curve, marks = axes.get_lines()
    assert (curve.get_linestyle(), marks.get_linestyle(), marks.get_marker()) == ("-", "None", "o")
    np.testing.assert_allclose(marks.get_ydata(), [3e-8, 3.0])
    assert axes.get_title().endswith("2 layers, circular borders and zeros at the borders")


def test_a_few_layers_are_named_and_many_are_counted_by_colour() -> None:
    few, _ = plot_frame_spectrum(FrameBoundsReport((ONE, ENDS)))
    assert [text.get_text() for text in few.legends[0].get_texts()] == ["conv", "large"]
    many, axes = plot_frame_spectrum(FrameBoundsReport((ONE,) * 11))
    assert not many.legends
    assert len(many.axes) == 2
    assert len({line.get_color() for line in axes.get_lines()}) == 11
