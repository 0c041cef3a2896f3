"""Connected parts, against SciPy's."""

import numpy as np
import pytest
from scipy import ndimage

from keras_lateral.saliency.box_iou import box_around, largest_component


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("seed", range(5))
def test_the_largest_part_is_that_of_scipy(share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random((17, 23)) < share
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    sizes = np.bincount(labels[mask])
    expected = labels == sizes.argmax()
    np.testing.assert_array_equal(largest_component(mask), expected)
    (rows, columns) = ndimage.find_objects(expected.astype(int))[0]
    box = (rows.start, columns.start, rows.stop, columns.stop)
    assert box_around(expected) == box


def test_a_spiral_is_one_part() -> None:
    spiral = np.zeros((9, 9), bool)
    spiral[0, :], spiral[:, 8], spiral[8, :], spiral[2:, 0], spiral[2, :7] = (True,) * 5
    spiral[2:7, 6] = True
    spiral[4, 3] = True
    part = spiral.copy()
    part[4, 3] = False
    np.testing.assert_array_equal(largest_component(spiral), part)


def test_an_empty_mask_has_no_part_and_no_box() -> None:
    nothing = np.zeros((3, 4), bool)
    np.testing.assert_array_equal(largest_component(nothing), nothing)
    assert box_around(nothing) == (0, 0, 0, 0)
