"""The energy, against a loop over the pairs of filters."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.rivals.hyperspherical_energy import hyperspherical_energy
from keras_lateral.keras_tools.autodiff import gradients
from tests.backends import compiled, to_numpy
from tests.frame.gram_cases import geometry_of, name_of
from tests.gradient_mask.filter_cases import (
    CASES,
    CLOSE,
    QUICKEST,
    filters_of,
    value_and_gradient,
    values,
)
from tests.operators import Layer

VARIANTS: list[dict[str, Any]] = [
    {"power": power, "angular": angular, "half_space": half_space}
    for power in (0, 1, 2)
    for angular in (False, True)
    for half_space in (False, True)
]
WITH_PAIRS = [case for case in CASES if case.convolution.outputs > case.blocks]


def energy(matrices: list[np.ndarray], power: int, angular: bool, half_space: bool) -> float:
    """The mean over the pairs of all groups, one pair after the other."""
    energies = []
    for W in matrices:
        w = np.concatenate([W, -W], 1).T if half_space else W.T
        for i in range(len(w)):
            for j in range(i):
                energies.append(energy_of_pair(w[i], w[j], power, angular))
    return float(np.mean(energies))


def energy_of_pair(u: np.ndarray, v: np.ndarray, power: int, angular: bool) -> float:
    cos = u @ v / math.sqrt((u @ u + 1e-4) * (v @ v + 1e-4))
    if angular:
        distance = math.acos(cos) / math.pi + 1e-4
        return -math.log(distance) if power == 0 else distance**-power
    distance = math.sqrt(2 - 2 * cos)
    return -2 * math.log(distance) if power == 0 else distance**-power


@pytest.mark.parametrize("layer", WITH_PAIRS, ids=name_of)
def test_value_is_the_mean_over_the_pairs_of_each_group(layer: Layer) -> None:
    kernel = layer.random_kernel()
    geometry = geometry_of(layer)
    functions = [partial(hyperspherical_energy, geometry=geometry, **v) for v in VARIANTS]
    expected = [energy(filters_of(layer, kernel), **variant) for variant in VARIANTS]
    np.testing.assert_allclose(values(functions, kernel), expected, **CLOSE)


def test_power_0_is_the_logarithm_of_the_distance() -> None:
    # At 90 degrees the squared distance is 2 and the angle half of the half turn.
    kernel = 10 * np.eye(2)
    functions = [
        partial(hyperspherical_energy, power=0, angular=angular) for angular in (False, True)
    ]
    found = values(functions, kernel)
    np.testing.assert_allclose(found, [-math.log(2), -math.log(0.5 + 1e-4)], rtol=1e-6)


def test_filters_of_different_groups_form_no_pairs() -> None:
    layer = Layer("convolution", (3,), 4, 4, (1,), (1,), groups=2)
    kernel = layer.random_kernel().astype("float32")
    kernel[..., 2:] = kernel[..., :2]  # both groups alike
    (grouped,) = values([partial(hyperspherical_energy, geometry=geometry_of(layer))], kernel)
    (alone,) = values([hyperspherical_energy], kernel[..., :2])
    assert grouped == pytest.approx(alone, rel=1e-6)


@cache
def values_and_gradients() -> Any:
    """Of all variants, compiled once."""
    functions = [partial(hyperspherical_energy, **variant) for variant in VARIANTS]
    return compiled(lambda kernel: [gradients(f, [kernel]) for f in functions], QUICKEST)


@pytest.mark.parametrize("length", [0.0, 1e-3, 1.0, 1e4])
@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_filters_that_coincide_or_are_opposite_have_a_finite_energy_and_gradient(
    direction: float, length: float
) -> None:
    w = np.random.default_rng(0).normal(size=(6, 1))
    w = length * w / np.linalg.norm(w)
    kernel = np.concatenate([w, direction * w, 2 * w], 1).astype("float32")
    for value, (gradient,) in values_and_gradients()(ops.convert_to_tensor(kernel)):
        assert np.isfinite(to_numpy(value))
        assert np.isfinite(to_numpy(gradient)).all()


@pytest.mark.parametrize("variant", [VARIANTS[0], VARIANTS[7], VARIANTS[10]], ids=str)
def test_descent_drives_a_crowded_pair_apart(variant: dict[str, Any]) -> None:
    kernel = np.array([[1.0, 1.0], [0.1, -0.1]], "float32")
    function = partial(hyperspherical_energy, **variant)
    value, gradient = value_and_gradient(function, kernel)
    further = kernel - 1e-3 * gradient / np.abs(gradient).max()
    assert values([function], further)[0] < value
    # Only directions have energy: along a filter the gradient is almost 0.
    along = np.abs((gradient * kernel).sum(0))
    assert (along < 1e-2 * np.linalg.norm(gradient, axis=0)).all()


@pytest.mark.parametrize("power", [3, -1, 0.5, "1"])
def test_another_power_is_refused(power: Any) -> None:
    with pytest.raises(ValueError, match=r"`power`.*\(0, 1, 2\)"):
        hyperspherical_energy(ops.ones((3, 2)), power=power)


def test_one_filter_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4, 1\).*no pair"):
        hyperspherical_energy(ops.ones((3, 4, 1)))
