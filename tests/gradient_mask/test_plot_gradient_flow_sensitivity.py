"""The picture shows the gradient, its sensitivity and what a mask keeps, layer by layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keras_lateral import (
    GradientFlowSensitivity,
    LayerGradientFlow,
    plot_gradient_flow_sensitivity,
)

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
S, G = RNG.exponential(size=(2, 3, 6, 5))
PASSES = RNG.random((3, 6, 5)) < 0.5
MASKED = LayerGradientFlow("masked", S, G, S * PASSES, G * PASSES, 0.4)
PLAIN = LayerGradientFlow("plain", S, G)


def test_panels_show_the_sample_and_what_is_stopped_is_left_out(tmp_path: Path) -> None:
    images = RNG.random((3, 6, 5, 1))
    record = GradientFlowSensitivity((MASKED, PLAIN))
    figure, axes = plot_gradient_flow_sensitivity(record, images, sample=1)
    assert axes.shape == (2, 4)
    _, gradient, sensitivity, kept = (panel for panel in axes[0])
    np.testing.assert_array_equal(gradient.get_images()[0].get_array(), G[1])
    np.testing.assert_array_equal(sensitivity.get_images()[0].get_array(), S[1])
    shown = kept.get_images()[0].get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(shown), ~PASSES[1])
    assert kept.get_images()[0].get_clim() == sensitivity.get_images()[0].get_clim()
    assert f"{100 * MASKED.sensitivity_kept:.0f} % of it" in kept.get_xlabel()
    assert "40 % of positions" in kept.get_xlabel()
    assert not axes[1, 3].axison
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_without_masks_and_images_two_panels_are_left() -> None:
    _, axes = plot_gradient_flow_sensitivity(GradientFlowSensitivity((PLAIN,)))
    assert axes.shape == (1, 2)
    assert axes[0, 0].get_ylabel() == "plain\n6 x 5"


def test_a_sample_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="`sample`. Expected 0 to 2"):
        plot_gradient_flow_sensitivity(GradientFlowSensitivity((PLAIN,)), sample=3)
