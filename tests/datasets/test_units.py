"""Units are divided whole, and as evenly as they allow."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.datasets.units import divided, units_of_groups

pytestmark = pytest.mark.home


def connected(images: int, groups: Sequence[Sequence[int]]) -> list[set[int]]:
    """What belongs together, by merging sets until nothing changes."""
    sets = [{place} for place in range(images)]
    changed = True
    while changed:
        changed = False
        for group in map(set, groups):
            touched = [one for one in sets if one & group]
            if len(touched) > 1:
                sets = [one for one in sets if one not in touched] + [set().union(*touched)]
                changed = True
    return sets


@given(st.data())
def test_units_are_the_connected_groups(data: st.DataObject) -> None:
    images = data.draw(st.integers(1, 12))
    group = st.lists(st.integers(0, images - 1), min_size=1, max_size=4)
    groups = data.draw(st.lists(group, max_size=6))
    units = units_of_groups(images, groups)
    found = [set(np.flatnonzero(units == unit).tolist()) for unit in range(units.max() + 1)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, connected(images, groups)))
    assert [min(unit) for unit in found] == sorted(min(unit) for unit in found)


labels = st.lists(st.integers(0, 3), min_size=1, max_size=40).map(np.array)


@given(labels, st.integers(2, 6), st.integers(0, 9))
def test_single_images_leave_classes_and_parts_within_one_image(
    y: np.ndarray, parts: int, seed: int
) -> None:
    part = divided(y, np.arange(len(y)), [1 / parts] * parts, [seed])
    for of in (y == label for label in (0, 1, 2, 3)):
        counts = np.bincount(part[of], minlength=parts)
        assert np.ptp(counts) <= 1
    assert np.ptp(np.bincount(part, minlength=parts)) <= 1


@given(st.data())
def test_units_are_whole_and_classes_as_even_as_the_largest_unit(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=2, max_size=15))
    of_unit = np.array([data.draw(st.integers(0, 2)) for _ in sizes])
    units = np.repeat(np.arange(len(sizes)), sizes)
    y = of_unit[units]
    part = divided(y, units * 7 - 3, [0.5, 0.5], [data.draw(st.integers(0, 9))])
    for unit in range(len(sizes)):
        assert len(set(part[units == unit].tolist())) == 1
    for label in range(3):
        counts = np.bincount(part[y == label], minlength=2)
        assert np.ptp(counts) <= max(np.array(sizes)[of_unit == label], default=0)


@pytest.mark.parametrize("seed", range(10))
def test_units_with_images_of_two_classes_leave_each_class_on_both_sides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(6), 5)
    y = np.where(units < 4, rng.integers(0, 2, 30), 2)  # two patients with the third class
    y[:4] = 0, 1, 0, 1
    for shares in ([0.5, 0.5], [0.75, 0.25]):
        part = divided(y, units, shares, [seed])
        assert all(len(set(part[units == unit].tolist())) == 1 for unit in range(6))
        for side in range(2):
            assert set(y[part == side].tolist()) == {0, 1, 2}


def test_the_numbers_of_units_say_only_what_belongs_together() -> None:
    units = np.repeat(np.arange(12), 2)
    y = np.arange(24) // 12
    one, other = (divided(y, u, [0.25] * 4, [0]) for u in (units, (7 * units) % 13))
    np.testing.assert_array_equal(one, other)


def test_a_share_is_kept_as_near_as_the_units_allow() -> None:
    y = np.arange(80) % 2
    part = divided(y, np.arange(80), [0.75, 0.25], [3])
    assert np.bincount(y[part == 1]).tolist() == [10, 10]


def test_units_of_unequal_sizes_are_divided_anew_by_another_seed() -> None:
    units = np.repeat(np.arange(10), np.arange(8, 18))
    y = np.zeros(len(units), int)

    def parts(seed: int) -> frozenset[frozenset[int]]:
        part = divided(y, units, [0.2] * 5, [0, seed])
        return frozenset(frozenset(units[part == number].tolist()) for number in range(5))

    assert len({parts(seed) for seed in range(4)}) == 4
    assert parts(1) == parts(1)
