"""Soft orthogonality as a regularizer."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from keras import ops

from keras_lateral import SoftOrthogonality
from tests.frame.rivals.rivals import a_kernel


def test_defaults_are_those_published() -> None:
    parameters = inspect.signature(SoftOrthogonality).parameters
    assert (parameters["factor"].default, parameters["squared"].default) == (0.1, True)


@pytest.mark.parametrize("squared", [True, False])
def test_value_is_the_factor_times_the_distance(squared: bool) -> None:
    kernel = a_kernel((2, 3, 4))
    W = kernel.reshape(-1, 4).astype("float64")
    distance = np.linalg.norm(W.T @ W - np.eye(4))
    found = SoftOrthogonality(squared=squared)(ops.convert_to_tensor(kernel))
    expected = 0.1 * (distance**2 if squared else distance)
    np.testing.assert_allclose(float(found), expected, rtol=1e-5)
