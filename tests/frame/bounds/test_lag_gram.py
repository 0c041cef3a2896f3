"""V at its lags and frequencies is the explicit Gram matrix of a ring."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.frame.bounds.lag_gram import lag_gram
from tests.frame.frame_cases import operator_of
from tests.operators import Layer, circular_lengths, gram, operator

LAYERS = [
    Layer("convolution", (3,), 2, 3, (1,), (1,)),
    Layer("convolution", (5,), 2, 3, (2,), (1,)),
    Layer("convolution", (2, 3), 2, 2, (1, 2), (1, 1)),
]


@pytest.mark.parametrize("side", ["columns", "rows"])
@pytest.mark.parametrize("layer", LAYERS)
def test_all_frequencies_together_have_the_eigenvalues_of_the_explicit_matrix(
    layer: Layer, side: str
) -> None:
    kernel, lengths = layer.random_kernel(), circular_lengths(layer)
    V = gram(operator(layer, kernel, lengths, "circular"), side)
    grid = [n // s for n, s in zip(lengths, layer.strides, strict=True)]
    found = lag_gram(operator_of(layer, kernel), side)  # type: ignore[arg-type]
    j = np.stack([axis.reshape(-1) for axis in np.indices(grid)], 1)
    at_frequencies = found.at_frequencies(j, grid)
    np.testing.assert_array_equal(at_frequencies, np.conj(np.swapaxes(at_frequencies, -1, -2)))
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvalsh(at_frequencies).reshape(-1)),
        np.linalg.eigvalsh(V),
        atol=1e-12 * np.abs(V).sum(1).max(),
    )


def test_absolute_sums_count_both_lags_of_a_pair() -> None:
    layer = Layer("convolution", (3, 3), 2, 4, (1, 1), (1, 1))
    kernel = layer.random_kernel()
    V = gram(operator(layer, kernel, (5, 5), "circular"), "columns").reshape(25, 2, 25, 2)
    sums = lag_gram(operator_of(layer, kernel), "columns").absolute_sums()
    np.testing.assert_allclose(sums[0], np.abs(V[0]).sum(1), rtol=1e-12)


def test_where_all_frequencies_are_0_or_pi_there_is_no_imaginary_part() -> None:
    layer = Layer("convolution", (3,), 2, 2, (1,), (1,))
    found = lag_gram(operator_of(layer, layer.random_kernel()), "columns")
    assert found.at_frequencies(np.array([[0], [3]]), [6]).dtype == "float64"
    assert found.at_frequencies(np.array([[0], [1]]), [6]).dtype == "complex128"
