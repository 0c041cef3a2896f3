"""The Fourier products against sums over taps."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.gram.lag_fourier import fourier_products, polyphase
from keras_lateral.frame.gram.problem import gram_problem
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import BACKEND, to_numpy
from tests.frame.gram_cases import CLOSE, SIDES, geometry_of, layers
from tests.operators import Layer


def summed(taps: np.ndarray, lag: tuple[int, ...]) -> np.ndarray:
    """sum over p of t[i, p] t[j, p + lag] of a kernel with stride 1."""
    sizes = taps.shape[2:-1]
    total = np.zeros((len(taps), taps.shape[1], taps.shape[1]))
    for p in product(*map(range, sizes)):
        q = tuple(a + d for a, d in zip(p, lag, strict=True))
        if all(0 <= b < size for b, size in zip(q, sizes, strict=True)):
            here, there = (taps[(slice(None), slice(None), *place)] for place in (p, q))
            total += np.einsum("gim,gjm->gij", here, there)
    return total


@settings(max_examples=3 if BACKEND == "jax" else 60)
@given(layer=layers(), side=st.sampled_from(SIDES))
def test_products_by_frequency_are_the_sums_over_taps(layer: Layer, side: str) -> None:
    kernel = ops.convert_to_tensor(layer.random_kernel())
    problem = gram_problem(kernel, geometry_of(layer), side)
    taps, phases = polyphase(problem)
    taps = to_numpy(taps)
    found, lags = fourier_products(problem)
    assert 2 * len(lags) - 1 == np.prod([2 * size - 1 for size in taps.shape[2:-1]])
    every_row, all_lags = fourier_products(problem, ops.arange(problem.size))
    assert set(all_lags) == set(lags) | {tuple(-d for d in lag) for lag in lags}
    scale = (taps**2).sum()
    for entries, of_lags in ((found, lags), (every_row, all_lags)):
        assert entries.shape[-1] == phases * problem.size
        expected = np.stack([summed(taps, lag) for lag in of_lags])
        np.testing.assert_allclose(to_numpy(entries), expected, rtol=CLOSE, atol=CLOSE * scale)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_frequency_for_each_lag_is_enough(size: int) -> None:
    # Fewer would fold the largest lag onto another.
    kernel = np.zeros((size, 1, 1))
    kernel[[0, -1]] = 1
    problem = gram_problem(ops.convert_to_tensor(kernel), KernelGeometry(), "rows")
    found, lags = fourier_products(problem)
    expected = [2.0 if size > 1 else 1.0] + [0.0] * (size - 2) + [1.0] * (size > 1)
    assert lags == [(lag,) for lag in range(size)]
    np.testing.assert_allclose(to_numpy(found).reshape(-1), expected, atol=1e-6)
