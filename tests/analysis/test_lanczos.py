"""The ends of a spectrum by products alone, and errors that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.analysis.lanczos import Extremes, extreme_eigenvalues


def assert_holds(found: Extremes, eigenvalues: np.ndarray) -> None:
    """What is said of the values, up to rounding."""
    rounding = 1e-12 * eigenvalues.max()
    assert found.lower >= eigenvalues.min() - rounding
    assert found.upper <= eigenvalues.max() + rounding
    for value, error in ((found.lower, found.lower_error), (found.upper, found.upper_error)):
        assert np.abs(eigenvalues - value).min() <= error + rounding
    assert found.lower - found.lower_error >= -rounding


def of_diagonal(eigenvalues: np.ndarray, **arguments: float) -> Extremes:
    return extreme_eigenvalues(lambda x: eigenvalues * x, len(eigenvalues), **arguments)  # type: ignore[arg-type]


@given(st.integers(1, 300), st.integers(0, 99), st.floats(0.2, 6), st.integers(1, 60))
def test_errors_hold_however_few_the_steps(size: int, seed: int, power: float, most: int) -> None:
    eigenvalues = np.random.default_rng(seed).uniform(size=size) ** power
    assert_holds(of_diagonal(eigenvalues, max_steps=most), eigenvalues)


@pytest.mark.parametrize("spread", [1.1, 4.0, 1e3])
def test_ends_that_stand_alone_are_found_to_high_accuracy(spread: float) -> None:
    eigenvalues = np.linspace(1, spread, 200)
    found = of_diagonal(eigenvalues, accuracy=1e-9)
    assert_holds(found, eigenvalues)
    np.testing.assert_allclose(found[:2], [1, spread], rtol=0, atol=1e-8 * spread)
    assert max(found[2:]) <= 1e-8 * spread


def test_a_spectrum_that_is_dense_at_zero_is_within_the_accuracy() -> None:
    eigenvalues = np.linspace(0, 1, 4000) ** 2
    found = of_diagonal(eigenvalues, accuracy=1e-4)
    assert_holds(found, eigenvalues)
    assert found.lower <= 2e-4


def test_lost_orthogonality_does_no_harm() -> None:
    eigenvalues = np.append(np.linspace(0.01, 1, 500), 100.0)  # the last one is found at once
    found = of_diagonal(eigenvalues, accuracy=1e-10)
    assert_holds(found, eigenvalues)
    assert abs(found.lower - 0.01) < 1e-7
    assert abs(found.upper - 100) < 1e-10


def test_a_multiple_of_the_identity_has_both_ends_at_once() -> None:
    products = []

    def product(x: np.ndarray) -> np.ndarray:
        products.append(1)
        return 3 * x

    found = extreme_eigenvalues(product, 50)
    np.testing.assert_allclose(found, [3, 3, 0, 0], rtol=1e-14, atol=1e-14)
    assert len(products) < 6


def test_the_zero_operator_has_zeros() -> None:
    assert of_diagonal(np.zeros(7)) == (0, 0, 0, 0)


def test_the_same_seed_gives_the_same_values() -> None:
    eigenvalues = np.random.default_rng(0).uniform(size=100)
    assert of_diagonal(eigenvalues, seed=3) == of_diagonal(eigenvalues, seed=3)
