"""Numbers that a compiled function follows, and that are no weights."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral.keras_tools.attaching.followed_values import FollowedValues

X = np.ones((2, 3), "float32")


class Times(layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.now = FollowedValues([factor], name="factor")

    def call(self, x):
        factor = self.now.read()[0]
        return x * factor


def test_a_compiled_function_follows_them():
    layer = Times(2.0)
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict(X, verbose=0), 2 * X)
    layer.now.set([5.0])
    np.testing.assert_array_equal(model.predict(X, verbose=0), 5 * X)


def test_they_are_variables_but_no_weights_and_keras_contract_holds():
    layer = Times(2.0)
    layer(X)
    assert layer.weights == []
    assert layer.variables == [layer.now.state]
    # Nothing else: what Keras documents of `variables`.
    seeds = [layer.now.state]
    assert layer.variables == layer.trainable_variables + layer.non_trainable_variables
    assert layer.non_trainable_variables == seeds


def test_mixed_precision_keeps_them_whole():
    layer = Times(1.0 + 2**-20)
    layer.dtype_policy = keras.DTypePolicy("mixed_bfloat16")
    factor = layer.now.read()[0]
    assert keras.backend.standardize_dtype(factor.dtype) == "float32"
    assert float(factor) == 1.0 + 2**-20


def test_nothing_is_drawn_with_them():
    with pytest.raises(TypeError, match="it is no seed"):
        keras.random.uniform((2,), seed=FollowedValues([1.0], name="settings"))
