"""The picture shows the numbers of the report."""

import numpy as np
import pytest

from keras_lateral import GradientMaskReport, plot_gradient_mask_report
from keras_lateral.analysis import MaskedShare

pytest.importorskip("matplotlib")
LAYERS = (
    MaskedShare("first", True, 0.9, 0.8, 0.5, 1.5),
    MaskedShare("second_of_a_long_name", False, 1.0, 1.0, 0.7, 1.0),
)
REPORT = GradientMaskReport(LAYERS, samples=64, batch_size=32)


def test_the_lines_are_the_shares_in_percent() -> None:
    _, axes = plot_gradient_mask_report(REPORT)
    lines = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    np.testing.assert_allclose(lines["positions kept"], [90, 100])
    np.testing.assert_allclose(lines["positions of that energy by norm"], [50, 70])
    np.testing.assert_allclose(lines["energy kept"], [80, 100])
    np.testing.assert_allclose(lines["energy left, relative to no mask in the model"], [120, 100])


def test_everything_drawn_is_within_the_axes_and_the_axes_begin_at_zero() -> None:
    _, axes = plot_gradient_mask_report(REPORT)
    low, high = axes.get_ylim()
    assert low == 0
    assert high > 120


def test_layers_are_named_and_those_that_are_off_are_marked() -> None:
    _, axes = plot_gradient_mask_report(REPORT)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["first", "second_of_a_long_name (off)"]
