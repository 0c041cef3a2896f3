"""The gradient that is propagated back starts at one unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral.receptive_field.gradient_signal import GradientSignal


def signal(shape: tuple[int, ...] = (4, 5, 3), axis: int = -1, **arguments: Any) -> GradientSignal:
    arguments = {"position": None, "channel": "sum"} | arguments
    return GradientSignal(shape, axis, rng=np.random.default_rng(0), **arguments)


def test_all_channels_of_the_center_are_one_and_the_rest_is_zero() -> None:
    expected = np.zeros((2, 4, 5, 3))
    expected[:, 2, 2, :] = 1
    np.testing.assert_array_equal(signal()(2), expected)


def test_one_channel_at_a_position_can_be_chosen() -> None:
    expected = np.zeros((2, 4, 5, 3))
    expected[:, 3, 0, 1] = 1
    np.testing.assert_array_equal(signal(position=(3, 0), channel=1)(2), expected)


def test_channels_first_is_the_same_with_its_axes_moved() -> None:
    first = signal((3, 4, 5), 0, position=(3, 0), channel="random")(6)
    last = signal(position=(3, 0), channel="random")(6)
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), last)


def test_random_signs_differ_from_image_to_image_and_channel_to_channel() -> None:
    at_unit = signal(channel="random")(50)[:, 2, 2, :]
    assert set(at_unit.ravel()) == {-1.0, 1.0}
    assert len({tuple(signs) for signs in at_unit}) == 8


def test_a_layer_without_a_map_has_one_position() -> None:
    vector = signal((3,), channel=2)
    assert vector.position == ()
    np.testing.assert_array_equal(vector(1), [[0, 0, 1]])


@pytest.mark.parametrize("position", [(4, 0), (0, -1), (0,), (0, 0, 0)])
def test_a_position_outside_of_the_map_is_refused(position: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"`position`. Expected indices .* \(4, 5\)"):
        signal(position=position)


@pytest.mark.parametrize("channel", [3, -1, "mean"])
def test_a_channel_that_does_not_exist_is_refused(channel: Any) -> None:
    with pytest.raises(ValueError, match="`channel`. Expected 0 to 2, 'sum' or 'random'"):
        signal(channel=channel)
