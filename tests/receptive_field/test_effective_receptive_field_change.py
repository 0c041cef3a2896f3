"""Two fields are compared pixel for pixel."""

from __future__ import annotations

import json

import numpy as np
import pytest

from keras_lateral import EffectiveReceptiveField

RNG = np.random.default_rng(0)


def test_the_overlap_is_one_less_half_the_difference_of_the_shares() -> None:
    first, second = (EffectiveReceptiveField(RNG.random((5, 6))) for _ in range(2))
    shares = [field.map / field.map.sum() for field in (first, second)]
    expected = 1 - np.abs(shares[0] - shares[1]).sum() / 2
    assert first.compare(second).overlap == pytest.approx(expected)


def test_a_field_that_is_only_stronger_overlaps_fully() -> None:
    field = EffectiveReceptiveField(RNG.random((5, 6)))
    change = field.compare(EffectiveReceptiveField(7 * field.map))
    assert change.overlap == pytest.approx(1)
    assert change.growth() == (1, 1)


def test_growth_is_the_ratio_of_the_sizes_at_the_same_mass() -> None:
    before = EffectiveReceptiveField(np.array([0.0, 1, 2, 1, 0, 0]))
    change = before.compare(EffectiveReceptiveField(np.array([1.0, 1, 2, 1, 1, 0])))
    assert change.growth(mass=1.0) == (5 / 3,)
    assert change.growth(mass=0.5) == (2.0,)


def test_maps_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\), as before. Received: shape=\(4,\)"):
        EffectiveReceptiveField(np.ones(3)).compare(EffectiveReceptiveField(np.ones(4)))


def test_json_holds_both_records() -> None:
    before, after = EffectiveReceptiveField(np.ones(3)), EffectiveReceptiveField(np.ones(3), "b")
    values = json.loads(before.compare(after).to_json())
    assert values["after"]["layer"] == "b"
    assert (values["overlap"], values["growth"]) == (pytest.approx(1), [1])
