"""The box of a map made by hand, and intersection over union by counting pixels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from keras_lateral import box_iou

RNG = np.random.default_rng(0)


def inside(box: list[int]) -> np.ndarray:
    pixels = np.zeros((12, 10), bool)
    top, left, bottom, right = box
    pixels[top:bottom, left:right] = True
    return pixels


def random_box() -> list[int]:
    (top, bottom), (left, right) = (sorted(RNG.choice(n + 1, 2, replace=False)) for n in (12, 10))
    return [int(top), int(left), int(bottom), int(right)]


def test_the_iou_of_boxes_is_that_of_their_pixels() -> None:
    drawn, true = ([random_box() for _ in range(40)] for _ in range(2))
    found = box_iou(np.array([inside(box) for box in drawn]), true)
    assert found.boxes.tolist() == drawn
    for iou, box, object_box in zip(found.iou, drawn, true, strict=True):
        a, b = inside(box), inside(object_box)
        np.testing.assert_allclose(iou, (a & b).sum() / (a | b).sum())
    assert 0 < found.found(0.5) == (found.iou >= 0.5).mean() < 1


def test_only_the_largest_part_of_the_pixels_above_the_threshold_counts() -> None:
    map_ = np.zeros((1, 12, 10))
    map_[0, 1:4, 1:4] = 0.2  # just at 20 % of the maximum
    map_[0, 4, 4] = 0.5  # touches at a corner
    map_[0, 8:10, 8:10] = 1.0  # larger values, fewer pixels
    map_[0, 1, 4] = 0.19
    assert box_iou(map_, [[1, 1, 5, 5]]).boxes.tolist() == [[1, 1, 5, 5]]
    assert box_iou(map_, [[1, 1, 5, 5]]).mean == 1.0
    assert box_iou(map_, [[1, 1, 5, 5]], threshold=0.6).boxes.tolist() == [[8, 8, 10, 10]]


def test_a_map_of_zeros_has_no_box() -> None:
    found = box_iou(np.zeros((1, 12, 10)), [[0, 0, 12, 10]])
    assert (found.boxes.tolist(), found.iou.tolist()) == ([[0, 0, 0, 0]], [0.0])
    assert json.loads(found.to_json())["mean"] == 0.0


@pytest.mark.parametrize("threshold", [0.0, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="`threshold`"):
        box_iou(np.ones((1, 12, 10)), [[0, 0, 1, 1]], threshold=threshold)
