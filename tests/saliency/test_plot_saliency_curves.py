"""The picture shows mean curves, their standard errors and areas."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral import SaliencyCurve, plot_deletion_insertion

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
SHARES = np.linspace(0, 1, 6)


def curve(kind: str, images: int = 4) -> SaliencyCurve:
    return SaliencyCurve(kind, SHARES, RNG.random((images, 6)), np.zeros(images, int))


def test_each_kind_has_a_panel_and_each_name_a_line_with_its_area() -> None:
    named = {name: [curve("insertion"), curve("deletion")] for name in ("gradient", "random")}
    _, axes = plot_deletion_insertion(named)
    assert [panel.get_title().split(":")[0] for panel in axes[0]] == ["deletion", "insertion"]
    for panel, place in zip(axes[0], (1, 0), strict=True):
        for line, (name, curves) in zip(panel.lines, named.items(), strict=True):
            shown = curves[place]
            np.testing.assert_allclose(line.get_ydata(), shown.scores.mean(axis=0))
            assert line.get_label() == f"{name} ({shown.mean_area:.3f})"
    assert len({line.get_color() for line in axes[0, 0].lines}) == 2


def test_the_band_is_one_standard_error_and_one_image_has_none() -> None:
    shown = curve("deletion")
    _, axes = plot_deletion_insertion(shown)
    (band,) = axes[0, 0].collections
    corners = band.get_paths()[0].vertices
    top = shown.scores[:, 2].mean() + shown.scores[:, 2].std(ddof=1) / 2
    assert np.isclose(corners, [SHARES[2], top]).all(axis=1).any()
    _, axes = plot_deletion_insertion(curve("deletion", images=1))
    assert not axes[0, 0].collections


def test_no_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="`curves`"):
        plot_deletion_insertion({})
