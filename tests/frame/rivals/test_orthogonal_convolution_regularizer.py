"""Orthogonal convolution as a regularizer."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral import OrthogonalConvolution
from tests.frame.rivals.rivals import a_kernel
from tests.operators import Layer, circular_lengths, operator


def test_defaults_are_those_published_except_for_the_padding() -> None:
    parameters = inspect.signature(OrthogonalConvolution).parameters
    names = ("factor", "padding", "squared")
    assert [parameters[name].default for name in names] == [0.1, "full", False]


@pytest.mark.parametrize("squared", [True, False])
def test_value_is_the_factor_times_the_distance_of_the_operator(squared: bool) -> None:
    layer = Layer("convolution", (3,), 2, 3, (2,), (1,))
    kernel = a_kernel(layer.kernel_shape)
    W = operator(layer, kernel, circular_lengths(layer), "circular")
    V = W @ W.T
    square = np.linalg.norm(V - np.eye(len(V))) ** 2 / (len(V) / 3)
    regularizer = OrthogonalConvolution(squared=squared, strides=2)
    found = float(regularizer(ops.convert_to_tensor(kernel)))
    np.testing.assert_allclose(found, 0.1 * (square if squared else square**0.5), rtol=1e-5)


@pytest.mark.parametrize(("padding", "expected"), [("full", 0.5**0.5), ("published", 0.0)])
def test_padding_decides_which_lags_count(padding: Any, expected: float) -> None:
    kernel = np.array([0.5**0.5, 0, 0.5**0.5], "float32").reshape(3, 1, 1)
    found = OrthogonalConvolution(1.0, padding=padding)(ops.convert_to_tensor(kernel))
    np.testing.assert_allclose(float(found), expected, atol=1e-6)


def test_padding_is_checked() -> None:
    with pytest.raises(ValueError, match=r"`padding`.*'same'"):
        OrthogonalConvolution(padding="same")  # type: ignore[arg-type]
