"""Batches have few different lengths, and results are as if each row were alone."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.robustness.attacks.attacked_model import in_few_shapes


@pytest.mark.parametrize("rows", range(1, 23))
def test_every_row_is_returned_once_and_batch_lengths_are_few(rows: int) -> None:
    lengths = []

    def run(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        lengths.append(len(x))
        return 10 * x + t

    x, t = np.arange(rows), np.arange(rows)[::-1]
    np.testing.assert_array_equal(in_few_shapes(run, x, t, batch_size=10), 10 * x + t)
    assert set(lengths) <= {1, 2, 4, 8, 10}
    assert max(lengths) <= 10
