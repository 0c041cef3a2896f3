"""Minimum hyperspherical energy as a regularizer."""

from __future__ import annotations

import inspect
import math
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import MinimumHypersphericalEnergy, attach_regularizer


def test_defaults_are_those_published() -> None:
    parameters = inspect.signature(MinimumHypersphericalEnergy).parameters
    names = ("factor", "power", "angular", "half_space")
    assert [parameters[name].default for name in names] == [1.0, 0, False, False]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"power": 0}, -math.log(2)),
        ({"power": 1}, 2**-0.5),
        ({"power": 2}, 0.5),
        ({"power": 0, "angular": True}, -math.log(0.5)),
        ({"power": 1, "angular": True}, 2.0),
        ({"power": 2, "angular": True}, 4.0),
        # Of the six pairs of two filters and their opposites, two are at distance 2.
        ({"power": 2, "half_space": True}, (4 * 0.5 + 2 * 0.25) / 6),
    ],
)
def test_value_is_the_factor_times_the_energy(arguments: Any, expected: float) -> None:
    orthogonal = 10 * keras.ops.eye(2)
    found = float(MinimumHypersphericalEnergy(3.0, **arguments)(orthogonal))
    np.testing.assert_allclose(found, 3 * expected, rtol=1e-3)


def test_a_layer_with_one_filter_in_each_group_is_refused_by_name() -> None:
    conv = keras.layers.DepthwiseConv2D(3, name="alone")
    model = keras.Sequential([keras.Input((8, 8, 4)), conv])
    with pytest.raises(ValueError, match=r"\(3, 3, 4, 1\), of layer 'alone',.*no pair"):
        attach_regularizer(model, MinimumHypersphericalEnergy())


def test_power_is_checked() -> None:
    with pytest.raises(ValueError, match=r"`power`.*\(0, 1, 2\).*power=3"):
        MinimumHypersphericalEnergy(power=3)
