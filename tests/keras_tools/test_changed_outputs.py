"""The outputs of layers are changed inside the scope, wherever the layers are, and not after it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.keras_tools.replaced import changed_outputs

X = np.ones((2, 3), "float32")


def test_every_call_is_changed_also_in_nested_models_until_an_error() -> None:
    shared = layers.Rescaling(2.0)
    inner = keras.Sequential([keras.Input((3,)), shared])
    x = keras.Input((3,))
    model = keras.Model(x, shared(inner(x)))
    noted: list[Any] = []

    def add_one(layer: keras.layers.Layer, y: Any) -> Any:
        noted.append(layer)
        return y + 1.0

    with changed_outputs([shared], add_one):
        np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), (2 * X + 1) * 2 + 1)
    assert noted == [shared, shared]
    with pytest.raises(ZeroDivisionError), changed_outputs([shared], lambda layer, y: 1 / 0):
        model(X)
    np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), 4 * X)
