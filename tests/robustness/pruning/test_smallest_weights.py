"""The units that are kept are those that a stable sort puts last."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.robustness.pruning.smallest_weights import HELD, kept_units


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_pruned_in_order_and_what_is_held_always(seed: int) -> None:
    rng = np.random.default_rng(seed)
    magnitudes = [rng.integers(HELD, 4, size).astype("float64") for size in ((3, 4), (7,), (2, 2))]
    sparsity = rng.choice([0.0, rng.uniform(0, 0.99)])
    flat = np.concatenate([array.reshape(-1) for array in magnitudes])
    pruned = max(round(sparsity * len(flat)), int((flat == HELD).sum()))
    expected = np.ones(len(flat), bool)
    expected[np.argsort(flat, kind="stable")[:pruned]] = False
    kept = kept_units(magnitudes, sparsity, "global")
    np.testing.assert_array_equal(np.concatenate([array.reshape(-1) for array in kept]), expected)
