"""A second derivation of a kernel's filters, and functions of kernels run in the fastest way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.autodiff import gradients
from tests.backends import BACKEND, compiled, to_numpy
from tests.frame.gram_cases import A_FEW, LAYERS
from tests.operators import Layer

QUICKEST = "xla" if BACKEND == "jax" else "eager"
"""Run eagerly, JAX would compile every operation by itself."""

CASES = A_FEW if BACKEND == "jax" else LAYERS

_CLOSE = 1e-9 if BACKEND == "tensorflow" else 3e-5
CLOSE = {"rtol": _CLOSE, "atol": _CLOSE}
"""On JAX and torch, Keras computes in float32 what it is given in float64."""


def filters_of(layer: Layer, kernel: np.ndarray) -> list[np.ndarray]:
    """A matrix for each group, its columns the filters, filled value by value."""
    blocks, out = layer.blocks, layer.convolution.outputs // layer.blocks
    size = kernel.size // (blocks * out)
    matrices = [np.zeros((size, out)) for _ in range(blocks)]
    filled = np.zeros((blocks, out), int)
    for index in np.ndindex(kernel.shape):
        a, b = index[-2:]
        group = a if layer.kind == "depthwise" else b // out
        column = b if layer.kind == "depthwise" else b % out
        matrices[group][filled[group, column], column] = kernel[index]
        filled[group, column] += 1
    assert (filled == size).all()
    return matrices


def values(functions: list[Callable[[Any], Any]], kernel: np.ndarray) -> list[float]:
    """Scalar functions of one kernel, compiled together."""
    together = compiled(lambda kernel: [function(kernel) for function in functions], QUICKEST)
    return [float(to_numpy(value)) for value in together(ops.convert_to_tensor(kernel))]


def value_and_gradient(
    function: Callable[[Any], Any], kernel: np.ndarray
) -> tuple[float, np.ndarray]:
    run = compiled(lambda kernel: gradients(function, [kernel]), QUICKEST)
    value, (gradient,) = run(ops.convert_to_tensor(kernel))
    return float(to_numpy(value)), to_numpy(gradient)


def drawn(shape: tuple[int, ...], seed: int, like: np.ndarray) -> np.ndarray:
    """The values that a function draws with this seed."""
    dtype = "float32" if BACKEND == "jax" else str(like.dtype)
    return to_numpy(keras.random.uniform(shape, dtype=dtype, seed=seed)).astype("float64")
