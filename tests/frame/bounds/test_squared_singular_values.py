"""Values with their counts, combined and looked up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.frame.bounds.squared_singular_values import (
    SquaredSingularValues,
    all_values,
    direct_sum,
)

THREE = all_values(np.array([3.0, 1.0, 2.0]), np.array([1, 2, 5]))
ENDS = SquaredSingularValues(np.array([0.5, 4.0]), np.ones(2, int), 0.1, 0.2, complete=False)


def test_values_are_sorted_with_their_counts() -> None:
    np.testing.assert_array_equal(THREE.values, [1, 2, 3])
    np.testing.assert_array_equal(THREE.counts, [2, 5, 1])
    assert (THREE.lower, THREE.upper) == (1, 3)


def test_counts_are_broadcast_to_the_values() -> None:
    values = all_values(np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([[1], [7]]))
    np.testing.assert_array_equal(values.counts, [1, 7, 7, 1])


def test_values_up_to_a_limit_are_counted_where_all_are_known() -> None:
    assert [THREE.at_most(limit) for limit in (0.9, 1.0, 2.5, 3.0)] == [0, 2, 7, 8]
    assert ENDS.at_most(1.0) is None


@given(
    st.lists(st.tuples(st.floats(0, 9), st.integers(1, 4)), min_size=1, max_size=9),
    st.integers(2, 12),
)
def test_quantiles_are_those_of_the_values_repeated(
    pairs: list[tuple[float, int]], number: int
) -> None:
    values, counts = (np.array(part) for part in zip(*pairs, strict=True))
    found = all_values(values, counts).quantiles(number)
    assert (found[0], found[-1]) == (values.min(), values.max())
    # Between two values, either is allowed.
    every = np.sort(np.repeat(values, counts))
    places = np.linspace(0, len(every) - 1, number)
    low, high = every[np.floor(places).astype(int)], every[np.ceil(places).astype(int)]
    assert np.all((low <= found) & (np.array(found) <= high))


def test_ends_alone_have_no_quantiles() -> None:
    assert ENDS.quantiles(5) == ()


def test_a_direct_sum_has_the_values_of_its_parts_as_often_as_they_occur() -> None:
    both = direct_sum([(3, THREE), (2, all_values(np.array([2.5]), np.array([1])))])
    np.testing.assert_array_equal(both.values, [1, 2, 2.5, 3])
    np.testing.assert_array_equal(both.counts, [6, 15, 2, 3])
    assert both.complete


def test_a_direct_sum_knows_no_more_than_its_parts() -> None:
    both = direct_sum([(1, THREE), (2, ENDS)])
    assert (both.lower, both.upper) == (0.5, 4.0)
    assert (both.lower_error, both.upper_error, both.complete) == (0.1, 0.2, False)
