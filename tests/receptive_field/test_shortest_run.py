"""The shortest run that holds a share is the one a search over all runs finds."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.receptive_field.effective_record import shortest_run


def by_search(values: np.ndarray, mass: float) -> int:
    """Length of the shortest run, of all runs."""
    n, wanted = len(values), mass * values.sum() - 1e-9
    lengths = [
        last - first + 1
        for first in range(n)
        for last in range(first, n)
        if values[first : last + 1].sum() >= wanted
    ]
    return min(lengths)


@pytest.mark.parametrize("mass", [0.1, 0.5, 0.9545, 1.0])
def test_no_run_that_holds_the_share_is_shorter(mass: float) -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 5, 12):
        values = rng.exponential(size=n) * (rng.random(n) > 0.3)
        values[rng.integers(n)] = 1.0
        first, last = shortest_run(values, mass)
        assert last - first + 1 == by_search(values, mass)
        assert values[first : last + 1].sum() >= mass * values.sum() - 1e-9


def test_rounding_costs_no_pixel_where_a_run_holds_exactly_the_share() -> None:
    for n in range(2, 40):
        for k in range(1, n + 1):
            first, last = shortest_run(np.full(n, 0.1), k / n)
            assert last - first + 1 == k


def test_of_equal_runs_the_one_at_the_middle_of_the_mass_is_chosen() -> None:
    assert shortest_run(np.ones(9), 1 / 3) == (3, 5)


def test_all_of_the_mass_is_what_lies_between_zeros() -> None:
    assert shortest_run(np.array([0.0, 0, 1, 0, 3, 0]), 1.0) == (2, 4)


def test_a_normal_distribution_lies_within_two_standard_deviations() -> None:
    pixels = np.arange(-400, 401)
    first, last = shortest_run(np.exp(-(pixels**2) / (2 * 50.0**2)))
    assert (first, last) == (300, 500)


@pytest.mark.parametrize("mass", [0.0, -0.1, 1.01])
def test_an_invalid_share_is_refused(mass: float) -> None:
    with pytest.raises(ValueError, match="argument `mass`. Expected a share above 0"):
        shortest_run(np.ones(3), mass)
