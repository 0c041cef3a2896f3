"""The curves are means and ranges over seeds, whatever is missing in a history."""

from typing import Any

import numpy as np
import pytest

from keras_lateral import Comparison, Run, plot_training_curves
from tests.comparison_samples import several

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home


def comparison_of_histories(*histories: dict[str, Any]) -> Comparison:
    runs = tuple(
        Run("baseline", seed, {"accuracy": 0.5}, 1.0, history=history)
        for seed, history in enumerate(histories)
    )
    return Comparison("digits", (), tuple(range(len(runs))), runs)


def test_line_and_band_are_mean_and_range_over_what_is_known() -> None:
    nan = float("nan")
    losses = np.array([[2.0, 1.0, nan], [4.0, nan, nan], [3.0, 2.0, 1.5]])
    histories = [{"loss": [2.0, 1.0]}, {"loss": [4.0, None]}, {"loss": [3.0, 2.0, 1.5]}]
    _, (panel,) = plot_training_curves(comparison_of_histories(*histories))
    (line,) = panel.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(line.get_ydata(), np.nanmean(losses, axis=0))
    (band,) = panel.collections
    corners = band.get_paths()[0].vertices
    for epoch in (1, 2, 3):
        heights = corners[corners[:, 0] == epoch, 1]
        column = losses[:, epoch - 1]
        assert (heights.min(), heights.max()) == (np.nanmin(column), np.nanmax(column))


def test_accuracy_is_in_percent_and_a_loss_that_falls_far_on_a_scale_of_powers() -> None:
    history = {"loss": [2.0, 0.01], "accuracy": [0.5, 1.0]}
    _, axes = plot_training_curves(comparison_of_histories(history))
    assert axes[0].get_yscale() == "log"
    np.testing.assert_array_equal(axes[1].get_lines()[0].get_ydata(), [50, 100])


def test_a_narrow_figure_has_one_panel_above_the_other() -> None:
    comparison = several(["a", "_b", "$c$"])
    figure, axes = plot_training_curves(comparison, width=3.8)
    figure.draw_without_rendering()
    assert axes[0].get_position().y0 > axes[1].get_position().y1
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert shown == ["baseline", "a", "_b", "$c$"]


def test_without_a_history_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="Expected trainings with a history"):
        plot_training_curves(comparison_of_histories({}, {"lr": [0.1]}))
