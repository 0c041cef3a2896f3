"""The figure shows the clean and the corrupted image, in the image's own range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keras_lateral import STANDARD_CORRUPTIONS, corrupt, plot_corruptions
from tests.corruption_images import natural_images

pytest.importorskip("matplotlib")
IMAGE = natural_images(1, 10, 12)[0]


def shown(panel) -> np.ndarray:
    return np.asarray(panel.get_images()[0].get_array())


@pytest.mark.parametrize("channels", [1, 3])
def test_panels_show_the_image_and_its_corruptions_unstretched(channels):
    image = 4 * IMAGE[..., :channels] - 2
    names, severities = ["fog", "contrast"], [2, 5]
    _, axes = plot_corruptions(image, names, severities, seed=3, value_range=(-2, 2))
    for name, row in zip(names, axes, strict=True):
        np.testing.assert_allclose(shown(row[0]), IMAGE[..., :channels].squeeze(), atol=1e-6)
        for severity, panel in zip(severities, row[1:], strict=True):
            corrupted = corrupt(image[None], name, severity, seed=3, value_range=(-2, 2))[0]
            np.testing.assert_allclose(shown(panel), (corrupted.squeeze() + 2) / 4, atol=1e-6)
            assert panel.get_images()[0].get_clim() == (0, 1)


def test_rows_and_columns_are_named_and_the_figure_can_be_saved(tmp_path: Path):
    figure, axes = plot_corruptions(IMAGE, ["glass_blur"], [1, 5])
    assert axes[0, 0].get_ylabel() == "glass blur"
    assert [panel.get_title() for panel in axes[0]] == ["clean", "1", "5"]
    figure.savefig(tmp_path / "corruptions.png")
    assert (tmp_path / "corruptions.png").stat().st_size


def test_the_standard_corruptions_are_the_default():
    pytest.importorskip("PIL.Image")
    _, axes = plot_corruptions(IMAGE)
    assert axes.shape == (len(STANDARD_CORRUPTIONS), 6)


@pytest.mark.parametrize("changed", [{"image": IMAGE[None]}, {"names": []}, {"severities": []}])
def test_invalid_arguments_are_refused(changed):
    with pytest.raises(ValueError, match="Invalid value for arguments `image`, `names`"):
        plot_corruptions(**{"image": IMAGE, "names": ["fog"], "severities": [1]} | changed)
