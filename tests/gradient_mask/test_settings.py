import dataclasses
import math
import warnings
from typing import Any

import numpy as np
import pytest

from keras_lateral.gradient_mask.settings import GradientMaskSettings


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"sigma": 0}, r"`sigma`.*above 0.*sigma=0"),
        ({"sigma": -1.5}, r"`sigma`.*sigma=-1\.5"),
        ({"sigma": math.nan}, r"`sigma`.*sigma=nan"),
        ({"sigma": math.inf}, r"`sigma`.*sigma=inf"),
        ({"sigma": "1"}, r"`sigma`.*sigma=1"),
        ({"sigma": None}, r"`sigma`.*sigma=None"),
        ({"feature_sets": 0}, r"`feature_sets`.*feature_sets=0"),
        ({"feature_sets": -2}, r"`feature_sets`.*feature_sets=-2"),
        ({"feature_sets": 2.0}, r"`feature_sets`.*feature_sets=2\.0"),
        ({"feature_sets": True}, r"`feature_sets`.*feature_sets=True"),
        ({"feature_sets": "all"}, r"`feature_sets`.*\"channels\".*feature_sets='all'"),
        ({"threshold": -0.1}, r"`threshold`.*0 or above.*'mean'.*threshold=-0\.1"),
        ({"threshold": math.nan}, r"`threshold`.*threshold=nan"),
        ({"threshold": "0.1"}, r"`threshold`.*threshold=0\.1"),
        ({"threshold": 1.1, "threshold_mode": "max"}, r"`threshold`.*from 0 to 1.*'max'"),
        ({"threshold": 1.1, "threshold_mode": "quantile"}, r"`threshold`.*from 0 to 1.*'quantile'"),
        ({"threshold_mode": "median"}, r"`threshold_mode`.*'quantile'.*threshold_mode='median'"),
        ({"inhibition": "LoG"}, r"`inhibition`.*'norm'.*inhibition='LoG'"),
        ({"inhibition_padding": "same"}, r"`inhibition_padding`.*'zeros'.*='same'"),
        ({"inhibition_size": 4}, r"`inhibition_size`.*odd.*inhibition_size=4"),
        ({"inhibition_size": 0}, r"`inhibition_size`.*odd.*inhibition_size=0"),
        ({"inhibition_size": 7.0}, r"`inhibition_size`.*odd.*inhibition_size=7\.0"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_was_received(
    arguments: dict[str, Any], match: str
) -> None:
    with pytest.raises(ValueError, match=rf"^Invalid value for argument {match}"):
        GradientMaskSettings(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"threshold": 0},
        {"threshold": 7.5, "threshold_mode": "mean"},
        {"threshold": 1e9, "threshold_mode": "absolute"},
        {"threshold": 1, "threshold_mode": "max"},
        {"threshold": np.float32(0.5), "threshold_mode": "quantile"},
        {"sigma": 2, "feature_sets": np.int64(4), "inhibition_size": np.int64(13)},
        {"feature_sets": "channels"},
    ],
)
def test_a_value_at_the_end_of_its_range_is_accepted(arguments: dict[str, Any]) -> None:
    settings = GradientMaskSettings(**arguments)
    assert {name: getattr(settings, name) for name in arguments} == arguments


def test_size_has_a_radius_of_three_sigma_unless_given() -> None:
    assert [GradientMaskSettings(sigma=s).size for s in (0.5, 1, 1.1, 2)] == [5, 7, 9, 13]
    assert GradientMaskSettings(sigma=1.0, inhibition_size=11).size == 11


@pytest.mark.parametrize(("sigma", "size"), [(1.0, 5), (1.0, 1), (2.0, 11), (0.5, 3)])
def test_a_kernel_without_its_surround_warns_here_and_says_what_to_use(
    sigma: float, size: int
) -> None:
    needed = 2 * math.ceil(3 * sigma) + 1
    with pytest.warns(UserWarning, match=rf"surround.*Use inhibition_size={needed} or larger") as w:
        GradientMaskSettings(sigma=sigma, inhibition_size=size)
    assert w[0].filename == __file__


@pytest.mark.parametrize(
    "arguments", [{"inhibition_size": 7}, {"inhibition_size": 3, "inhibition": "norm"}, {}]
)
def test_a_kernel_with_its_surround_or_unused_does_not_warn(arguments: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GradientMaskSettings(sigma=1.0, **arguments)


def test_settings_do_not_change_and_are_checked_again_when_replaced() -> None:
    settings = GradientMaskSettings(sigma=1.0, threshold=0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.sigma = 2.0  # type: ignore[misc]
    assert dataclasses.replace(settings, sigma=2.0).size == 13
    with pytest.raises(ValueError, match="`threshold`"):
        dataclasses.replace(settings, threshold=-1.0)
