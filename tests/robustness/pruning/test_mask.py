"""The constraint zeroes the masked weights, survives saving, and takes few bytes."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import PruningMask
from tests.backends import run

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 3, 5, 3), (64, 2)])
def test_a_mask_is_restored_from_its_configuration(shape: tuple[int, ...]) -> None:
    mask = RNG.random(shape) < 0.3
    text = json.dumps(keras.constraints.serialize(PruningMask(mask, beside="unit_norm")))
    back = keras.constraints.deserialize(json.loads(text))
    assert isinstance(back, PruningMask)
    np.testing.assert_array_equal(back.mask, mask)
    assert isinstance(back.beside, keras.constraints.UnitNorm)
    assert back.pruned == int((~mask).sum())


def test_a_mask_takes_at_most_a_bit_and_a_third_for_each_weight() -> None:
    worst, sparse = (
        len(PruningMask(RNG.random((256, 256)) < share).get_config()["mask"]) / 256**2
        for share in (0.5, 0.1)
    )
    assert worst < (4 / 3) / 8 * 1.01 < 0.17  # of 4 bytes
    assert sparse < 0.7 * worst


def test_weights_are_zero_where_pruned_even_those_that_diverged() -> None:
    w = np.array([[np.nan, 2.0], [np.inf, -np.inf]], "float32")
    mask = np.array([[False, True], [False, True]])
    np.testing.assert_array_equal(run(PruningMask(mask), w), [[0, 2], [0, -np.inf]])


def test_an_earlier_constraint_acts_first() -> None:
    w, mask = np.array([3.0, -4.0, 5.0], "float32"), np.array([True, True, False])
    np.testing.assert_array_equal(run(PruningMask(mask, "non_neg"), w), [3, 0, 0])


def test_a_kernel_of_a_different_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected a kernel of shape \(2,\).*shape=\(3,\)"):
        PruningMask(np.ones(2))(ops.ones(3))
