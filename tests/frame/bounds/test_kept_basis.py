"""Lanczos vectors that are kept spare the second run, and change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.frame.bounds import lanczos
from keras_lateral.frame.bounds.lanczos import extreme_eigenvalues


def counted(kept: int, monkeypatch: pytest.MonkeyPatch) -> tuple[lanczos.Extremes, int]:
    monkeypatch.setattr(lanczos, "KEPT", kept)
    eigenvalues, products = np.linspace(0.5, 3, 200), []

    def product(x: np.ndarray) -> np.ndarray:
        products.append(1)
        return eigenvalues * x

    return extreme_eigenvalues(product, 200), len(products)


def test_with_and_without_a_basis_in_memory_the_values_are_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, products = counted(2**20, monkeypatch)
    again, twice = counted(0, monkeypatch)
    assert kept == again
    assert twice - 2 == 2 * (products - 2)  # two products are for the values and their errors


def test_a_basis_that_is_kept_in_part_is_not_taken_for_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, _ = counted(2**20, monkeypatch)
    assert counted(3 * 200, monkeypatch)[0] == kept
