"""The spectral restricted isometry property as a regularizer."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral import RegularizerSchedule, SpectralRestrictedIsometry
from tests.frame.rivals.rivals import a_kernel


def test_defaults_are_those_published() -> None:
    parameters = inspect.signature(SpectralRestrictedIsometry).parameters
    names = ("factor", "power_steps", "squared")
    assert [parameters[name].default for name in names] == [1e-2, 1, True]


def test_schedule_gives_the_published_scales() -> None:
    schedule = RegularizerSchedule(SpectralRestrictedIsometry.published_scale)
    epochs = [0, 19, 20, 49, 50, 69, 70, 119, 120, 500]
    expected = [1, 1, 1e-3, 1e-3, 1e-4, 1e-4, 1e-6, 1e-6, 0, 0]
    assert [schedule.scale(epoch) for epoch in epochs] == expected


def test_each_call_starts_elsewhere_and_a_seed_repeats_them_all() -> None:
    kernel = ops.convert_to_tensor(a_kernel((4, 5)))
    runs = []
    for _ in range(2):
        regularizer = SpectralRestrictedIsometry(factor=1.0, seed=5)
        runs.append([float(regularizer(kernel)) for _ in range(4)])
    assert len(set(runs[0])) == 4
    assert runs[0] == runs[1]
    M = a_kernel((4, 5)) @ a_kernel((4, 5)).T - np.eye(4)
    assert max(runs[0]) <= np.linalg.norm(M, 2) ** 2 * (1 + 1e-5)


@pytest.mark.parametrize("steps", [0, -1, 1.5])
def test_power_steps_are_checked(steps: Any) -> None:
    with pytest.raises(ValueError, match=r"`power_steps`.*1 or more"):
        SpectralRestrictedIsometry(power_steps=steps)
