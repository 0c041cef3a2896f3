"""A step is traced again with its current constants, whatever holds the old one."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.fresh_step import (
    drop_fresh_step,
    keep_fresh_step,
    own_train_step,
)
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


def loss_of_first_batch(model: keras.Model) -> float:
    return float(model.evaluate(X, X[:, :1], batch_size=4, verbose=0))


def test_functions_made_anew_use_the_newest_constants_while_old_ones_are_held() -> None:
    model, held = Stepping(), []
    model.compile(keras.optimizers.SGD(1.0))
    value = 0.0
    for amount in (1.0, 10.0, 100.0):
        model.amount = amount
        rebuild_compiled_functions(model)
        model.fit(X, X[:, :1], batch_size=4, verbose=0)
        value -= amount
        np.testing.assert_array_equal(to_numpy(model.dense.kernel), [[value]] * 2)
        assert loss_of_first_batch(model) == 2 * amount * value
        held += [model.train_function, model.test_function]
    assert not {"train_step", "test_step"} & vars(model).keys()


def test_a_step_that_is_kept_is_fresh_also_when_the_model_is_compiled_again() -> None:
    model = Stepping()
    model.compile(keras.optimizers.SGD(1.0))
    model.fit(X, X[:, :1], batch_size=4, verbose=0)
    held, model.amount = model.train_function, 10.0
    keep_fresh_step(model)
    model.compile(keras.optimizers.SGD(1.0))
    model.fit(X, X[:, :1], batch_size=4, verbose=0)
    np.testing.assert_array_equal(to_numpy(model.dense.kernel), [[-11.0]] * 2)
    assert own_train_step(model) is None
    drop_fresh_step(model)
    assert "train_step" not in vars(model)
    assert callable(held)


def test_a_step_that_somebody_has_set_comes_back() -> None:
    model = Stepping()

    def train_step(*args: object) -> object:
        return args

    vars(model)["train_step"] = train_step
    keep_fresh_step(model)
    keep_fresh_step(model)
    assert own_train_step(model) is train_step
    drop_fresh_step(model)
    assert vars(model)["train_step"] is train_step
