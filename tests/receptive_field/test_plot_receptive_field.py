"""The picture shows the image, the field's frame, and where there is no image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import ReceptiveField, plot_receptive_field

pytest.importorskip("matplotlib")
IMAGE = np.random.default_rng(0).normal(size=(8, 12, 3))
FIELD = ReceptiveField(size=(5, 3), stride=(2, 4), padding=(2, 0))


def frames(axes: Any) -> list[Any]:
    """Corners of the boxes, the background first and the field's frame last."""
    return [box.get_bbox().get_points().tolist() for box in axes.patches]


def test_the_frame_runs_around_the_pixels_that_the_unit_sees() -> None:
    _, axes = plot_receptive_field(IMAGE, FIELD, position=(2, 1))
    # Rows 2 x 2 - 2 to 6, columns 1 x 4 to 6.
    assert frames(axes)[-1] == [[3.5, 1.5], [6.5, 6.5]]
    cross = axes.get_lines()[0]
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (5, 4)
    assert axes.get_title() == "unit (2, 1) sees 5 x 3 pixels"
    assert axes.get_xlabel() == "rows 2 to 6, columns 4 to 6"
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 11.5), (7.5, -0.5))


def test_pixels_beyond_the_image_are_shown_hatched_and_counted() -> None:
    _, axes = plot_receptive_field(IMAGE, FIELD, position=(0, 2))
    ground, frame = axes.patches
    assert frames(axes) == [[[-0.5, -2.5], [11.5, 7.5]], [[7.5, -2.5], [10.5, 2.5]]]
    assert ground.get_hatch()
    assert ground.get_zorder() < axes.get_images()[0].get_zorder() < frame.get_zorder()
    assert axes.get_xlabel() == "rows -2 to 2, columns 8 to 10\n40 % of it lies beyond the image"
    assert axes.get_ylim() == (7.5, -2.5)


def test_the_image_is_drawn_from_black_to_white() -> None:
    _, axes = plot_receptive_field(IMAGE, FIELD, position=(1, 1))
    low, high = IMAGE.min(), IMAGE.max()
    np.testing.assert_allclose(axes.get_images()[0].get_array(), (IMAGE - low) / (high - low))


def test_a_field_larger_than_the_image_can_be_drawn_and_saved(tmp_path: Path) -> None:
    large = ReceptiveField(size=(99, 99), stride=(8, 8), padding=(45, 45))
    figure, axes = plot_receptive_field(IMAGE[..., 0], large, position=(0, 1))
    assert axes.get_xlim() == (-37.5, 61.5)
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_a_layer_without_a_position_and_a_side_path_see_the_whole_image() -> None:
    pooled = ReceptiveField(size=(8, 12), stride=(0, 0), padding=(0, 0), whole=True)
    _, axes = plot_receptive_field(IMAGE, pooled, position=())
    assert frames(axes)[-1] == [[-0.5, -0.5], [11.5, 7.5]]
    assert axes.get_title() == "each unit sees 8 x 12 pixels"
    scaled = ReceptiveField(FIELD.size, FIELD.stride, FIELD.padding, whole=True)
    _, axes = plot_receptive_field(IMAGE, scaled, position=(2, 1))
    assert axes.get_xlabel() == "rows 2 to 6, columns 4 to 6\nand also the whole image"


@pytest.mark.parametrize(("size", "position"), [((3,), (1,)), ((3, 3), (1,)), ((3,) * 3, (1,) * 3)])
def test_fields_and_positions_without_two_axes_are_refused(
    size: tuple[int, ...], position: tuple[int, ...]
) -> None:
    ones = (1,) * len(size)
    field = ReceptiveField(size=size, stride=ones, padding=ones)
    with pytest.raises(ValueError, match="`field`. Expected a field of two axes"):
        plot_receptive_field(IMAGE, field, position)
