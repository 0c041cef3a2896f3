"""The record of occlusion prints and writes what it holds."""

from __future__ import annotations

import json

import numpy as np

from keras_lateral import OcclusionSensitivity

RECORD = OcclusionSensitivity(
    map=np.arange(24.0).reshape(2, 4, 3),
    drops=np.array([[[0.5, -1.0]], [[0.25, 0.125]]]),
    base_score=np.array([0.75, 1.25]),
    labels=np.array([3, 0]),
    patch=(4, 2),
    stride=(2, 1),
)


def test_the_largest_drop_is_that_of_each_image() -> None:
    np.testing.assert_array_equal(RECORD.largest_drop, [0.5, 0.25])


def test_it_prints_means_over_the_images() -> None:
    expected = (
        "2 images, patches of 4 x 2 pixels every 2 x 1: the score falls from 1 by up to 0.375"
    )
    assert str(RECORD).startswith(expected)


def test_json_holds_the_values_of_the_record() -> None:
    values = json.loads(RECORD.to_json())
    for name in ("map", "drops", "base_score", "labels", "patch", "stride", "largest_drop"):
        np.testing.assert_array_equal(values.pop(name), getattr(RECORD, name))
    assert not values
