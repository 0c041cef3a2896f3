"""A step is traced again with its current constants, whatever holds the old one."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from keras_lateral.robustness.pruning.fresh_step import trace_anew
from tests.backends import to_numpy

X = np.ones((4, 2), "float32")


class Stepping(keras.Model):
    """A model whose step uses a number that compiled code keeps as a constant."""

    amount = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros", use_bias=False)

    def call(self, x: object) -> object:
        return self.dense(x)

    def compute_loss(self, *args: object, **kwargs: object) -> object:
        return ops.sum(self.amount * self.dense.kernel)


def test_the_newest_constants_are_used_while_old_functions_are_held() -> None:
    model, held = Stepping(), []
    model.compile(keras.optimizers.SGD(1.0))
    value = 0.0
    for amount in (1.0, 10.0, 100.0):
        model.amount = amount
        trace_anew(model)
        model.fit(X, X[:, :1], batch_size=4, verbose=0)
        held.append(model.train_function)
        value -= amount
        np.testing.assert_array_equal(to_numpy(model.dense.kernel), [[value]] * 2)


def test_a_model_that_is_not_compiled_is_left_alone() -> None:
    model = Stepping()
    trace_anew(model)
    assert "train_step" not in vars(model)
