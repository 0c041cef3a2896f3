"""Sizes, ratios and the JSON of a field agree with its map."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest

from keras_lateral import EffectiveReceptiveField

RNG = np.random.default_rng(0)


def holds(map_: np.ndarray, axis: int, first: int, last: int, mass: float) -> bool:
    """Whether the pixels from first to last along an axis hold the share, by a loop."""
    inside = 0.0
    for index in product(*map(range, map_.shape)):
        if first <= index[axis] <= last:
            inside += map_[index]
    return inside >= mass * map_.sum() - 1e-9


@pytest.mark.parametrize("shape", [(7,), (6, 9), (4, 5, 3)])
@pytest.mark.parametrize("mass", [0.4, 0.9545])
def test_along_each_axis_the_size_is_the_least_that_holds_the_mass(
    shape: tuple[int, ...], mass: float
) -> None:
    map_ = RNG.exponential(size=shape) ** 2
    field = EffectiveReceptiveField(map_)
    for axis, (first, last) in enumerate(field.box(mass)):
        size = last - first + 1
        assert field.size(mass)[axis] == size
        assert holds(map_, axis, first, last, mass)
        assert not any(
            holds(map_, axis, start, start + size - 2, mass)
            for start in range(shape[axis] - size + 2)
        )


def gaussian(sigma: tuple[float, float], n: int = 201) -> np.ndarray:
    pixels = np.arange(n) - n // 2
    rows, columns = (np.exp(-(pixels**2) / (2 * s**2)) for s in sigma)
    return np.outer(rows, columns)


def test_a_normal_distribution_has_two_standard_deviations_to_either_side() -> None:
    field = EffectiveReceptiveField(gaussian((10.0, 20.0)))
    np.testing.assert_allclose(field.size(), (40, 80), atol=1)


def test_the_size_of_luo_is_the_root_of_the_pixels_above_the_level() -> None:
    # exp(-r^2 / (2 s^2)) > level on a disk of radius s sqrt(-2 log(level)).
    level, sigma = 1 - 0.9545, 20.0
    radius = sigma * np.sqrt(-2 * np.log(level))
    field = EffectiveReceptiveField(gaussian((sigma, sigma)))
    np.testing.assert_allclose(field.luo_size(), np.sqrt(np.pi) * radius, rtol=1e-3)


def test_the_ratio_counts_what_lies_on_the_image() -> None:
    field = EffectiveReceptiveField(np.ones((4, 10)), calculated=((-2, 2), (2, 12)))
    assert field.clipped
    assert field.visible == ((0, 2), (2, 9))
    assert field.ratio(mass=0.5) == (2 / 3, 5 / 8)
    assert "cut by the image" in str(field)


def test_without_a_calculated_field_there_is_no_ratio() -> None:
    field = EffectiveReceptiveField(np.ones((2, 4)), "conv", (1,), images=3)
    assert (field.ratio(), field.visible, field.clipped) == (None, None, False)
    assert str(field) == "conv: 95.45 % of the gradient within 2 x 4 pixels, 3 images"


def test_json_holds_the_values_of_the_record() -> None:
    field = EffectiveReceptiveField(gaussian((1.0, 2.0), 9), "a", (2, 3), 5, ((-1, 7), (0, 8)))
    values = json.loads(field.to_json())
    np.testing.assert_array_equal(values["map"], field.map)
    assert values["calculated"] == [[-1, 7], [0, 8]]
    assert tuple(values["size"]) == field.size()
    assert tuple(values["ratio"]) == field.ratio()
    assert (values["layer"], values["position"], values["images"]) == ("a", [2, 3], 5)
