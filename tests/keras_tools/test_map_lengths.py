"""The size of a layer's maps is read from its model, or checked."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral.keras_tools.map_lengths import checked_lengths, known_lengths


def test_lengths_are_those_of_the_models_graph() -> None:
    conv = layers.Conv2D(3, 3)
    keras.Sequential([keras.Input((9, 7, 2)), layers.Conv2D(2, 2, strides=2), conv])
    assert known_lengths(conv, 2) == (4, 3)


def test_lengths_are_known_with_channels_first() -> None:
    conv = layers.Conv1D(3, 3, data_format="channels_first")
    keras.Model(x := keras.Input((2, 9)), layers.ReLU()(x))
    conv(x)
    assert known_lengths(conv, 1) == (9,)


def test_lengths_are_known_once_a_sequential_model_has_seen_data() -> None:
    conv = layers.Conv1D(3, 3)
    model = keras.Sequential([conv])
    assert known_lengths(conv, 1) is None
    model(np.zeros((1, 6, 2), "float32"))
    assert known_lengths(conv, 1) == (6,)


def test_lengths_that_depend_on_the_data_are_not_known() -> None:
    conv = layers.Conv2D(3, 3)
    conv(keras.Input((None, 8, 3)))
    assert known_lengths(conv, 2) is None
    assert known_lengths(layers.Dense(3), 0) == ()


@pytest.mark.parametrize("given", [(3,), (3, 0), (3, 2.5), 3, (3, 4, 5), "ab"])
def test_wrong_lengths_are_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"`input_shape`.*each of the 2 spatial axes"):
        checked_lengths(given, 2)


def test_right_lengths_are_a_tuple() -> None:
    assert checked_lengths([np.int64(3), 4], 2) == (3, 4)
