"""Small penalties, and models whose only loss they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_lateral.frame.penalty import Penalty
from tests.backends import BACKEND, to_numpy

WAYS: dict[str, dict[str, Any]] = {
    "tensorflow": {
        "eager": {"run_eagerly": True},
        "graph": {"jit_compile": False},
        "xla": {"jit_compile": True},
        "several steps": {"jit_compile": False, "steps_per_execution": 3},
        "several steps in xla": {"jit_compile": True, "steps_per_execution": 3},
    },
    "jax": {
        "xla": {"jit_compile": True},
        "several steps": {"jit_compile": True, "steps_per_execution": 3},
    },
    "torch": {"eager": {}},
}[BACKEND]
"""How `fit` can run, as arguments of `compile`."""


@keras.saving.register_keras_serializable(package="tests")
class Squares(Penalty):
    """R = sum of squares."""

    def penalty(self, kernel: Any, draw: Any) -> Any:
        return ops.sum(ops.square(kernel))


@keras.saving.register_keras_serializable(package="tests")
class OneSquare(Penalty):
    """R = the square of one value, drawn at random, times the number of values."""

    uses_random_numbers = True

    def penalty(self, kernel: Any, draw: Any) -> Any:
        flat = ops.reshape(kernel, (-1,))
        index = keras.random.randint((), 0, flat.shape[0], seed=draw)
        return flat.shape[0] * ops.square(ops.take(flat, index))


STEPS, BATCH = 6, 2
ZEROS = np.zeros((STEPS * BATCH, 4), "float32"), np.zeros((STEPS * BATCH, 3), "float32")
"""With these, a model without biases has no loss but its penalties."""


def a_kernel(size: int = 6, seed: int = 0) -> Any:
    kernel = np.random.default_rng(seed).normal(size=(size,)).astype("float32")
    return ops.convert_to_tensor(kernel)


def a_model(*regularizers: Any) -> keras.Model:
    """A dense layer for each."""
    return keras.Sequential(
        [
            keras.Input((4,)),
            *(layers.Dense(3, use_bias=False, kernel_regularizer=r) for r in regularizers),
        ]
    )


def losses(model: keras.Model, callbacks: Any = (), epochs: int = 1, **how: Any) -> list[float]:
    """The mean loss of each epoch, while nothing is learned."""
    model.compile(keras.optimizers.SGD(0.0), "mean_squared_error", **how)
    history = model.fit(
        *ZEROS, batch_size=BATCH, epochs=epochs, callbacks=list(callbacks), verbose=0
    )
    return history.history["loss"]


def squares(model: keras.Model) -> list[float]:
    return [float(np.square(to_numpy(v.value)).sum()) for v in model.trainable_variables]


def calls(penalty: Penalty) -> float:
    return float(to_numpy(penalty.state.value)[1])


def values(penalty: Penalty, kernel: Any, count: int, mode: str = "eager") -> Iterator[float]:
    """Yields the values of `count` calls in turn, in a function compiled in this mode."""
    if mode == "eager":
        for _ in range(count):
            yield float(to_numpy(penalty(kernel)))
        return
    if BACKEND == "tensorflow":
        import tensorflow as tf

        function = tf.function(penalty, jit_compile=mode == "xla", autograph=False)
        for _ in range(count):
            yield float(function(kernel))
        return
    import jax

    def call(state: Any, kernel: Any) -> Any:
        with keras.StatelessScope([(penalty.state, state)]) as scope:
            value = penalty(kernel)
        return value, scope.get_current_value(penalty.state)

    call, state = jax.jit(call), penalty.state.value
    for _ in range(count):
        value, state = call(state, kernel)
        yield float(value)
