"""The picture shows the images, the drops and where the largest one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import OcclusionSensitivity, occlusion_sensitivity, plot_occlusion

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(10, 8, 7, 3)).astype("float32")


def record() -> OcclusionSensitivity:
    model = keras.Sequential(
        [keras.Input((8, 7, 3)), keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    return occlusion_sensitivity(model, IMAGES, patch=(3, 2), stride=2)


RECORD = record()


def test_images_are_drawn_above_their_maps_on_one_scale_around_zero() -> None:
    _, axes = plot_occlusion(IMAGES, RECORD, samples=[4, 9])
    strongest = np.abs(RECORD.map[[4, 9]]).max()
    for sample, (above, below) in zip([4, 9], axes.T, strict=True):
        image = IMAGES[sample].astype("float64")
        expected = (image - image.min()) / (image.max() - image.min())
        np.testing.assert_allclose(above.get_images()[0].get_array(), expected)
        shown = below.get_images()[-1]
        np.testing.assert_array_equal(shown.get_array(), RECORD.map[sample])
        assert shown.get_clim() == (-strongest, strongest)


def test_the_frame_is_the_patch_whose_hiding_costs_most() -> None:
    _, axes = plot_occlusion(IMAGES, RECORD)
    for sample in range(8):
        row, column = np.argwhere(RECORD.drops[sample] == RECORD.largest_drop[sample])[0]
        top, left = min(2 * row, 8 - 3), min(2 * column, 7 - 2)
        (frame,) = axes[0, sample].patches
        expected = [[left - 0.5, top - 0.5], [left + 1.5, top + 2.5]]
        np.testing.assert_array_equal(frame.get_bbox().get_points(), expected)


def test_titles_name_the_class_and_its_score() -> None:
    _, axes = plot_occlusion(IMAGES, RECORD, samples=[1], class_names=list("abcd"))
    label, score = RECORD.labels[1], RECORD.base_score[1]
    assert axes[0, 0].get_title() == f"{'abcd'[label]}: {score:.2f}"


def test_grey_images_without_channels_can_be_drawn_and_saved(tmp_path: Path) -> None:
    figure, _ = plot_occlusion(IMAGES[..., 0], RECORD, samples=[0])
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": [10]}, "`samples`. Expected numbers from 0 to 9"),
        ({"samples": []}, "`samples`"),
        ({"images": IMAGES[:5]}, r"`images`. Expected shape \(10, 8, 7\)"),
        ({"images": IMAGES[..., :2]}, "`image`. Expected shape"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_occlusion(**({"images": IMAGES, "record": RECORD} | arguments))


def test_maps_of_one_axis_are_refused() -> None:
    score = np.zeros(1)
    strips = OcclusionSensitivity(np.ones((1, 5)), np.ones((1, 5)), score, score, (1,), (1,))
    with pytest.raises(ValueError, match=r"`record`. .* maps of shape \(1, 5\)"):
        plot_occlusion(np.zeros((1, 5)), strips)
