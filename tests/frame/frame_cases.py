"""Operators to measure, and their squared singular values by the SVD of the explicit matrix."""

from __future__ import annotations

import numpy as np

from keras_lateral.frame.bounds.layer_operator import LayerOperator, kernel_operator
from keras_lateral.frame.bounds.measured_operator import measured_on_ring
from keras_lateral.frame.bounds.squared_singular_values import SquaredSingularValues
from tests.frame.gram_cases import geometry_of
from tests.operators import Layer, Lengths, operator


def operator_of(layer: Layer, kernel: np.ndarray, padding: str = "valid") -> LayerOperator:
    return kernel_operator(kernel, geometry_of(layer), padding)  # type: ignore[arg-type]


def explicit(layer: Layer, kernel: np.ndarray, lengths: Lengths, padding: str) -> np.ndarray:
    """W without pixels that no tap reads and outputs that read none.

    `lengths` are those of the layer's maps; for a circular map, the convolution's output positions.
    """
    if padding == "circular":
        lengths = tuple(n * s for n, s in zip(lengths, layer.strides, strict=True))
    W = operator(layer, kernel, lengths, padding)
    return W[np.abs(W).any(1)][:, np.abs(W).any(0)]


def squared(W: np.ndarray) -> np.ndarray:
    return np.sort(np.linalg.svd(W, compute_uv=False) ** 2)


def assert_values(found: SquaredSingularValues, expected: np.ndarray) -> None:
    """Checks all of them, each with its number of occurrences."""
    assert found.complete
    assert found.counts.sum() == len(expected)
    ours = np.repeat(found.values, found.counts)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-13 * expected[-1])


def values_on_ring(one: LayerOperator, outputs: Lengths) -> SquaredSingularValues:
    """All squared singular values on a ring with these output positions."""
    return measured_on_ring(one, outputs).values
