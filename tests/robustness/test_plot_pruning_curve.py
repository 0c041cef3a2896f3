"""The figure shows each curve's accuracy against the share of pruned weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from keras_lateral import PruningCurve, PruningPoint, plot_pruning_curve

pytest.importorskip("matplotlib")
POINTS = (PruningPoint(0.5, 0.48, 0.6), PruningPoint(0.0, 0.0, 0.9), PruningPoint(0.9, 0.85, 0.2))


def test_points_are_in_the_order_of_the_share_of_pruned_weights() -> None:
    _, axes = plot_pruning_curve(PruningCurve(POINTS, images=10))
    (line,) = axes.get_lines()
    assert line.get_xdata() == pytest.approx([0, 48, 85])
    assert line.get_ydata() == pytest.approx([90, 60, 20])
    assert axes.get_legend() is None


def test_several_curves_have_their_names_and_can_be_saved(tmp_path: Path) -> None:
    one = PruningCurve(POINTS, images=10)
    figure, axes = plot_pruning_curve({"plain": one, "masked": one})
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["plain", "masked"]
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_no_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="`curves`"):
        plot_pruning_curve({})
