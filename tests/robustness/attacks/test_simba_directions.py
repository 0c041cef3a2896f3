"""Directions are orthonormal, each is tried once per round, low frequencies first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.fft import idctn

from keras_lateral.robustness.attacks.simba_directions import direction_order, directions

SHAPE = (4, 6, 2)
SIZE = 48


def order(basis: str, kind: str, iterations: int, frequencies: float = 0.5, seed: int = 0) -> Any:
    generator = np.random.default_rng(seed)
    return direction_order(SHAPE, basis, kind, iterations, frequencies, generator)  # type: ignore[arg-type]


def test_frequencies_agree_with_scipy() -> None:
    found = directions(np.arange(SIZE), SHAPE, "dct")
    spectra = np.eye(SIZE).reshape(SIZE, *SHAPE)
    expected = idctn(spectra, axes=(1, 2), norm="ortho")
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("basis", ["pixel", "dct"])
def test_directions_are_orthonormal(basis: Any) -> None:
    Q = directions(np.arange(SIZE), SHAPE, basis).reshape(SIZE, SIZE)
    np.testing.assert_allclose(Q @ Q.T, np.eye(SIZE), atol=1e-6)


@pytest.mark.parametrize("kind", ["random", "diagonal"])
@pytest.mark.parametrize("basis", ["pixel", "dct"])
def test_each_direction_is_tried_once_a_round(basis: str, kind: str) -> None:
    found = order(basis, kind, 2 * SIZE + 5)
    for start in (0, SIZE):
        np.testing.assert_array_equal(np.sort(found[start : start + SIZE]), np.arange(SIZE))
    assert len(found) == 2 * SIZE + 5
    again = (found[:SIZE] == found[SIZE : 2 * SIZE]).all()
    assert again == (kind == "diagonal")


def test_a_random_order_begins_with_the_low_frequencies() -> None:
    rows, columns, _ = np.unravel_index(order("dct", "random", SIZE, frequencies=0.5), SHAPE)
    low = (rows < 2) & (columns < 3)
    assert low[:12].all()
    assert not low[12:].any()
    assert (order("dct", "random", 12) != order("dct", "random", 12, seed=1)).any()


def test_the_diagonal_order_is_that_of_the_toolbox() -> None:
    art = pytest.importorskip("art.attacks.evasion")
    for channels in (1, 3):  # for other numbers theirs has ties
        generator = np.random.default_rng(0)
        found = direction_order((5, 5, channels), "pixel", "diagonal", 25 * channels, 1, generator)

        class ChannelsLast:
            channels_first = False

        simba = object.__new__(art.SimBA)
        simba._estimator = ChannelsLast()
        np.testing.assert_array_equal(found, simba.diagonal_order(5, channels))
