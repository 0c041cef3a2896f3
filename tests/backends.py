"""The ways in which the active backend can run a function, and arrays in and out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops

BACKEND = keras.config.backend()

MODES = {"tensorflow": ("eager", "graph", "xla"), "jax": ("eager", "xla")}.get(BACKEND, ("eager",))
"""Modes of `compiled`. On torch, Keras compiles models, not single functions."""

COMPILED_MODES = MODES[1:]


@cache
def computes_dilated_transposed() -> bool:
    """Returns whether the backend computes a dilated transposed convolution here.

    On a processor TensorFlow does with oneDNN alone, which it turns on by itself on some only.
    """
    if BACKEND != "tensorflow":
        return True
    import tensorflow as tf

    try:
        keras.layers.Conv1DTranspose(1, 3, dilation_rate=3)(np.zeros((1, 5, 1), "float32"))
    except tf.errors.InvalidArgumentError:
        return False
    return True


def fewer(cases: Sequence[Any]) -> list[Any]:
    """Returns every second case on JAX, which compiles each operation anew for each shape."""
    return list(cases[::2] if BACKEND == "jax" else cases)


def compiled(function: Callable[..., Any], mode: str) -> Callable[..., Any]:
    """Returns a function of tensors as the backend runs it in `mode`."""
    if mode == "eager":
        return function
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, jit_compile=mode == "xla", autograph=False)


def run(function: Callable[..., Any], *arrays: np.ndarray, mode: str = "eager") -> Any:
    """Returns a function's results in NumPy, whatever their structure."""
    results = compiled(function, mode)(*[ops.convert_to_tensor(array) for array in arrays])
    return keras.tree.map_structure(to_numpy, results)


def to_numpy(tensor: Any) -> np.ndarray:
    """Returns a tensor's values; bfloat16, which NumPy does not know, as float32."""
    if keras.backend.standardize_dtype(tensor.dtype) == "bfloat16":
        tensor = ops.cast(tensor, "float32")
    return ops.convert_to_numpy(tensor)
