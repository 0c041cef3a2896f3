"""Each pair of taps is multiplied once, and none is left out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.gram.lag_products import (
    all_lags,
    half_of,
    lag_products,
    mirrored,
    number_of_products,
    pairs_of_taps,
)
from keras_lateral.frame.gram.problem import GramProblem, gram_problem
from keras_lateral.keras_tools.kernel_geometry import KernelAxis
from tests.backends import BACKEND, to_numpy
from tests.frame.gram_cases import CLOSE, SIDES, geometry_of, layers
from tests.operators import Layer


def problem_of(layer: Layer, side: str) -> GramProblem:
    kernel = ops.convert_to_tensor(layer.random_kernel())
    return gram_problem(kernel, geometry_of(layer), side)


def summed(problem: GramProblem, row_class: tuple[int, ...], lag: tuple[int, ...]) -> np.ndarray:
    """sum over p of t[i, p] t[j, p + lag], the taps of the class one by one."""
    taps = to_numpy(problem.taps)
    total = np.zeros((len(taps), problem.size, problem.size))
    for p in product(*(range(axis.size) for axis in problem.axes)):
        q = tuple(a + d for a, d in zip(p, lag, strict=True))
        if not all(0 <= b < axis.size for b, axis in zip(q, problem.axes, strict=True)):
            continue
        steps = zip(p, row_class, problem.axes, strict=True)
        if problem.side == "columns" and any(a % axis.step != c for a, c, axis in steps):
            continue
        here, there = (taps[(slice(None), slice(None), *place)] for place in (p, q))
        total += np.einsum("gim,gjm->gij", here, there)
    return total


@settings(max_examples=2 if BACKEND == "jax" else 60)
@given(layer=layers(most_taps=2 if BACKEND == "jax" else 5), side=st.sampled_from(SIDES))
def test_products_and_their_mirror_images_are_complete(layer: Layer, side: str) -> None:
    problem = problem_of(layer, side)
    products = {key: to_numpy(one) for key, one in lag_products(problem).items()}
    for key in list(products):
        image = mirrored(key, problem)
        assert (image == key) == (not any(key[1]))
        if image != key:
            assert image not in products
            products[image] = np.swapaxes(products[key], 1, 2)
    every_row = lag_products(problem, ops.arange(problem.size))
    assert set(every_row) == set(products)
    for key, one in products.items():
        expected = summed(problem, *key)
        found = to_numpy(every_row[key])
        scale = max(np.abs(expected).max(), 1)
        np.testing.assert_allclose(one, expected, rtol=CLOSE, atol=CLOSE * scale)
        np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE * scale)


@given(sizes=st.lists(st.integers(1, 4), min_size=0, max_size=3))
def test_half_of_the_lags_has_one_of_each_pair(sizes: list[int]) -> None:
    lags = list(all_lags(sizes))
    half = half_of(iter(lags))
    assert set(half) | {tuple(-d for d in lag) for lag in half} == set(lags)
    assert 2 * len(half) - 1 == len(lags)
    assert half[0] == (0,) * len(sizes)


@given(
    axes=st.lists(
        st.builds(KernelAxis, st.integers(1, 5), st.integers(1, 4), st.integers(1, 3)),
        min_size=1,
        max_size=2,
    ),
    side=st.sampled_from(SIDES),
)
def test_cost_counts_the_products_that_are_made(axes: list[KernelAxis], side: str) -> None:
    pairs = set()
    for p, q in product(product(*(range(axis.size) for axis in axes)), repeat=2):
        steps = [axis.step if side == "rows" else 1 for axis in axes]
        if all((b - a) % s == 0 for a, b, s in zip(p, q, steps, strict=True)):
            pairs.add((max(p, q), min(p, q)))
    # Zero's products have the pair (p, p) once, and others hold (p, q) and (q, p) as one.
    assert pairs_of_taps(axes, side) == len(pairs)


@pytest.mark.parametrize("side", SIDES)
def test_number_of_products_is_that_of_the_tensors(side: str) -> None:
    layer = Layer("convolution", (3, 2), 2, 2, (2, 1), (1, 1))
    problem = problem_of(layer, side)
    assert number_of_products(problem.axes, problem.side) == len(lag_products(problem))
