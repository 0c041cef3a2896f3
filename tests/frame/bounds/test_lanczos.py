"""The ends of a spectrum from products alone, and errors that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.frame.bounds.lanczos import Extremes, _weights_of_copies, extreme_eigenvalues


def assert_holds(found: Extremes, eigenvalues: np.ndarray) -> None:
    """Checks that the errors hold, up to rounding."""
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
def test_isolated_ends_are_found_to_high_accuracy(spread: float) -> None:
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


@pytest.mark.parametrize("seed", range(10))
def test_lost_orthogonality_does_no_harm(seed: int) -> None:
    eigenvalues = np.append(np.linspace(0.01, 1, 500), 100.0)  # the last one is found at once
    found = of_diagonal(eigenvalues, accuracy=1e-10, seed=seed)
    assert_holds(found, eigenvalues)
    assert abs(found.lower - 0.01) < 1e-7
    assert abs(found.upper - 100) < 1e-10


def test_of_an_eigenvalues_copies_their_difference_is_not_taken() -> None:
    # T of two copies, as lost orthogonality makes it: both have half of the first basis vector.
    theta = np.array([1.0, 5.0, 5.0])
    s = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    rotated = s @ np.array([[1, 0, 0], [0, 0.6, -0.8], [0, 0.8, 0.6]])
    one, other = (_weights_of_copies(theta, vectors, -1) for vectors in (s, rotated))
    np.testing.assert_allclose(one, other, atol=1e-14)
    assert one[0] == pytest.approx(np.hypot(s[0, 1], s[0, 2]))
    np.testing.assert_allclose(_weights_of_copies(theta, s, 0), s[:, 0] * np.sign(s[0, 0]))


def test_a_value_that_is_zero_to_the_accuracy_has_itself_as_its_error() -> None:
    eigenvalues = np.array([0.0, 2e-9, *np.linspace(0.1, 1, 20)])
    found = of_diagonal(eigenvalues, accuracy=1e-8)
    assert found.lower_error == found.lower <= 1e-8


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
