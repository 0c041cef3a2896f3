"""Maps made by hand point where their maximum is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from keras_lateral import Saliency, pointing_game


def one_point(row: int, column: int) -> np.ndarray:
    map_ = np.linspace(0, 0.5, 48).reshape(1, 6, 8)
    map_[0, row, column] = 1.0
    return map_


@pytest.mark.parametrize(
    ("point", "tolerance", "hit"),
    [
        ((2, 3), 0, True),  # the corners of the box
        ((3, 5), 0, True),
        ((4, 5), 0, False),  # half-open: row 4 and column 6 lie outside
        ((3, 6), 0, False),
        ((4, 5), 1, True),
        ((1, 2), 1, False),  # sqrt(2) away, over the corner
        ((1, 2), 1.5, True),
        ((0, 3), 2, True),
        ((5, 0), 3.5, False),  # 2 down and 3 across: 3.606
        ((5, 0), 3.7, True),
    ],
)
def test_a_map_hits_if_its_maximum_is_no_further_from_the_box(
    point: tuple[int, int], tolerance: float, hit: bool
) -> None:
    found = pointing_game(one_point(*point), [[2, 3, 4, 6]], tolerance=tolerance)
    assert found.points.tolist() == [list(point)]
    assert found.hits.tolist() == [hit]


def test_the_rate_is_over_all_images_and_a_flat_map_misses() -> None:
    maps = np.concatenate([one_point(0, 0), one_point(5, 7), np.ones((1, 6, 8))])
    found = pointing_game(Saliency(maps, "mine", np.zeros(3, int)), [[0, 0, 1, 1]] * 3)
    assert found.hits.tolist() == [True, False, False]
    assert found.rate == 1 / 3
    assert json.loads(found.to_json())["hits"] == [True, False, False]


@pytest.mark.parametrize(
    ("boxes", "arguments", "message"),
    [
        ([[0, 0, 7, 1]], {}, r"within 6 x 8 pixels.*boxes\[0\]=\[0, 0, 7, 1\]"),
        ([[2, 2, 2, 4]], {}, "`boxes`. Expected top < bottom"),
        ([[-1, 0, 2, 2]], {}, "`boxes`"),
        ([[0, 0, 1]], {}, r"shape \(1, 4\)"),
        ([[0.0, 0.0, 1.0, 1.0]], {}, "whole numbers"),
        ([[0, 0, 1, 1]], {"tolerance": -1}, "`tolerance`"),
    ],
)
def test_what_does_not_fit_is_refused(boxes: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pointing_game(one_point(0, 0), boxes, **arguments)
