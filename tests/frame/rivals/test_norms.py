"""Norms, and their gradients where they are 0."""

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.rivals.filters import root, squared_distance_from_identity
from tests.backends import MODES, run
from tests.gradient_mask.filter_cases import value_and_gradient, values


@pytest.mark.parametrize("mode", MODES)
def test_root_is_the_square_root(mode: str) -> None:
    x = np.array([0.0, 1e-20, 0.25, 4.0, 1e20], "float32")
    np.testing.assert_allclose(run(root, x, mode=mode), np.sqrt(x), rtol=1e-6)


def test_gradient_of_a_norm_is_the_direction_and_0_at_0() -> None:
    def norm(x):  # type: ignore[no-untyped-def]
        return root(ops.sum(ops.square(x)))

    x = np.array([3.0, 4.0], "float32")
    value, gradient = value_and_gradient(norm, x)
    assert value == pytest.approx(5)
    np.testing.assert_allclose(gradient, x / 5, rtol=1e-6)
    value, gradient = value_and_gradient(norm, 0 * x)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2, 2), (2, 3, 1, 1)])
def test_distance_from_the_identity_is_summed_over_the_batch(shape: tuple[int, ...]) -> None:
    V = np.random.default_rng(0).normal(size=shape).astype("float32")
    matrices = V.reshape(-1, *shape[-2:])
    expected = sum(np.linalg.norm(matrix - np.eye(shape[-1])) ** 2 for matrix in matrices)
    assert values([squared_distance_from_identity], V)[0] == pytest.approx(expected, rel=1e-6)
