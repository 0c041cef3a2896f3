"""A convolution by large products, and its transpose, are sums over taps written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from keras_lateral.frame.bounds.correlation import correlate, correlate_back

CASES = [(1, (5,), (3,), 2, 3), (2, (6, 4), (2, 3), 3, 1), (1, (4, 3, 5), (2, 1, 3), 2, 2)]


@pytest.mark.parametrize(("groups", "lengths", "taps", "c", "o"), CASES)
def test_correlation_is_the_sum_over_taps_and_pixels(
    groups: int, lengths: tuple[int, ...], taps: tuple[int, ...], c: int, o: int
) -> None:
    rng = np.random.default_rng(0)
    x, th = rng.normal(size=(groups, *lengths, c)), rng.normal(size=(groups, *taps, c, o))
    positions = [n - k + 1 for n, k in zip(lengths, taps, strict=True)]
    y = np.zeros((groups, *positions, o))
    for g, *qa in product(range(groups), *map(range, positions), *map(range, taps)):
        q, a = tuple(qa[: len(taps)]), tuple(qa[len(taps) :])
        y[(g, *q)] += x[(g, *np.add(q, a))] @ th[(g, *a)]
    np.testing.assert_allclose(correlate(x, th), y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("groups", "lengths", "taps", "c", "o"), CASES)
def test_the_way_back_is_the_transpose(
    groups: int, lengths: tuple[int, ...], taps: tuple[int, ...], c: int, o: int
) -> None:
    rng = np.random.default_rng(1)
    x, th = rng.normal(size=(groups, *lengths, c)), rng.normal(size=(groups, *taps, c, o))
    y = rng.normal(size=correlate(x, th).shape)
    back = correlate_back(y, th)
    assert back.shape == x.shape
    assert np.vdot(back, x) == pytest.approx(np.vdot(y, correlate(x, th)), rel=1e-12)
