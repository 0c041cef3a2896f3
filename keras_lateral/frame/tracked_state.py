"""Whether a regularizer's state is followed where it is used.

TensorFlow and torch reach every variable from within a compiled function, but the replicas of a
TensorFlow strategy share only those made in its scope. JAX passes state in and out: only the
variables of layers and models are followed there, and everything else that a function reads is
frozen into it when it is traced.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.arguments import Tensor


def is_frozen(state: keras.Variable, x: Tensor) -> bool:
    """Returns whether a function is being compiled for kernels, but not for the state.

    Args:
        state: The regularizer's variable.
        x: The kernel that the regularizer was called with, a tensor or a variable.
    """
    if keras.config.backend() != "jax":
        return False
    import jax

    def traced(x: Any) -> bool:
        return isinstance(x.value if isinstance(x, keras.Variable) else x, jax.core.Tracer)

    # In an eager `jax.grad` the kernel is traced too, but the state can be read and written.
    return traced(x) and not traced(state) and traced(jax.numpy.zeros(()))


def is_shared_by_replicas(state: keras.Variable) -> bool:
    """Returns whether replicas would overwrite each other's changes of the state."""
    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return replicas > 1 and not isinstance(state.value, tf.distribute.DistributedValues)


def check_that_it_can_count(state: keras.Variable, x: Tensor, name: str) -> None:
    """Raises if a regularizer cannot count its calls where it is called."""
    if is_frozen(state, x):
        raise RuntimeError(
            f"{name} counts its calls, for `every` or to draw random numbers, but no layer follows "
            "its state here: the compiled function would freeze it. On JAX, make the regularizer "
            "an attribute of the layer that uses it before that layer is built "
            "(`self.kernel_regularizer = regularizer`); in a function of your own, pass its "
            "`state` in and out by `keras.StatelessScope`."
        )
    if is_shared_by_replicas(state):
        raise RuntimeError(
            f"{name} counts its calls, for `every` or to draw random numbers, but was made outside "
            "the scope of the strategy that uses it: all replicas would share one count. Make it, "
            "or attach it, inside `with strategy.scope():`."
        )


def values_of(state: keras.Variable) -> np.ndarray:
    """Returns the values of a regularizer's state.

    Raises:
        RuntimeError: On JAX, while `fit` holds them.
    """
    try:
        return np.array(keras.ops.convert_to_numpy(state.value))
    except TypeError as error:
        if keras.config.backend() != "jax":
            raise
        raise RuntimeError(
            "On JAX, `fit` keeps a model's state to itself from batch to batch. Call "
            "`model.jax_state_sync()` before changing a regularizer within an epoch, or change "
            "it between epochs."
        ) from error
