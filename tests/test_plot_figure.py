"""Images are drawn as they are, and boxes around whole pixels."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.figure import draw_box, drawable, new_figure

pytest.importorskip("matplotlib")


def test_an_image_of_any_range_is_scaled_to_one() -> None:
    image = np.array([[-2.0, 0.0], [2.0, 6.0]])
    np.testing.assert_allclose(drawable(image), [[0, 0.25], [0.5, 1]])
    np.testing.assert_array_equal(drawable(image[..., None]), drawable(image))
    assert drawable(np.full((2, 3, 3), 7)).shape == (2, 3, 3)


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (1, 4, 4, 3)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"argument `image`. .* Received: shape=\("):
        drawable(np.zeros(shape))


def test_a_box_runs_along_the_outer_edges_of_its_pixels() -> None:
    _, ((panel,),) = new_figure(1, 1, (2, 2))
    box = draw_box(panel, ((2, 4), (1, 1)))
    np.testing.assert_array_equal(box.get_bbox().get_points(), [[0.5, 1.5], [1.5, 4.5]])
