"""The picture shows images, each method's maps on their own scales, boxes and classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import Saliency, plot_saliency

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(10, 6, 5, 3))


def record(method: str) -> Saliency:
    return Saliency(RNG.exponential(size=(10, 6, 5)), method, np.arange(10))


RECORDS = [record("gradient"), record("SmoothGrad")]


def test_each_row_is_a_method_and_each_map_has_its_own_scale() -> None:
    _, axes = plot_saliency(IMAGES, RECORDS, samples=[4, 9])
    assert axes.shape == (3, 2)
    assert [panel.get_ylabel() for panel in axes[:, 0]] == ["image", "gradient", "SmoothGrad"]
    for sample, column in zip([4, 9], axes.T, strict=True):
        image = (IMAGES[sample] - IMAGES[sample].min()) / np.ptp(IMAGES[sample])
        np.testing.assert_allclose(column[0].get_images()[0].get_array(), image)
        for saliency, panel in zip(RECORDS, column[1:], strict=True):
            shown = panel.get_images()[-1]
            np.testing.assert_array_equal(shown.get_array(), saliency.maps[sample])
            assert shown.get_clim() == (0, saliency.maps[sample].max())


def test_boxes_are_half_open_and_drawn_on_all_panels() -> None:
    boxes = np.array([[1, 0, 4, 2]] * 10)
    _, axes = plot_saliency(IMAGES, RECORDS[0], samples=[2], boxes=boxes)
    for panel in axes[:, 0]:
        (box,) = panel.patches
        expected = [[-0.5, 0.5], [1.5, 3.5]]
        np.testing.assert_array_equal(box.get_bbox().get_points(), expected)


def test_classes_and_rows_are_named_and_the_first_eight_are_drawn(tmp_path: Path) -> None:
    figure, axes = plot_saliency(
        IMAGES[..., 0], RECORDS[0], class_names=list("abcdefghij"), names=["mine"]
    )
    assert axes.shape == (2, 8)
    assert [panel.get_title() for panel in axes[0]] == list("abcdefgh")
    assert axes[1, 0].get_ylabel() == "mine"
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_a_map_of_zeros_can_be_drawn() -> None:
    plot_saliency(np.zeros((1, 4, 4)), Saliency(np.zeros((1, 4, 4)), "none", np.zeros(1, int)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": [10]}, "`samples`. Expected numbers from 0 to 9"),
        ({"images": IMAGES[:5]}, r"`images`. Expected shape \(10, 6, 5\)"),
        ({"records": []}, "`records`"),
        ({"names": ["one"]}, "`names`. Expected 2"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_saliency(**({"images": IMAGES, "records": RECORDS} | arguments))
