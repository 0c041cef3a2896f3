"""Checks a layer's backward pass against a formula, and its forward pass against a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.testing.comparisons import assert_close, assert_equal
from keras_lateral.testing.gradients import as_array, call_layer, layer_gradients

Formula = Callable[[np.ndarray, np.ndarray], Any]


def check_gradient(
    layer: keras.layers.Layer,
    inputs: Any,
    expected: Formula,
    *,
    expected_weights: Formula | None = None,
    plain: Callable[[Tensor], Tensor] | None = None,
    upstream: Any = None,
    training: bool = True,
    rtol: float = 1e-5,
    atol: float = 1e-6,
) -> None:
    """Checks a layer whose backward pass is not the derivative of its forward pass.

        forward:   layer(x) equals plain(x) bit for bit
        backward:  dL/dx equals expected(x, dL/dy),   dL/dw equals expected_weights(x, dL/dy)

    The formulas are yours and should be independent of the layer's code, for example in NumPy.
    Give `rtol=0, atol=0` to require equality to the last bit.

    Args:
        layer: A layer with one floating-point input and one output.
        inputs: Array or tensor x, with the batch as its first axis.
        expected: Function of x and the upstream gradient dL/dy, both float32 arrays, that
            returns dL/dx.
        expected_weights: Function of the same arguments that returns a list with dL/dw for every
            trainable variable of the layer, in their order. By default weights are not checked.
        plain: Layer or function with the expected forward pass, such as a layer with the same
            weights. By default the identity.
        upstream: dL/dy, of the output's shape. By default drawn from a normal distribution with
            a fixed seed.
        training: Passed to the layer's call.
        rtol: Tolerance of the gradients, as a share of the expected value.
        atol: Tolerance of the gradients, in their own unit.

    Raises:
        AssertionError: If a value differs; says which pass, how many values, and the first.

    Example:

    >>> import keras
    >>> import numpy as np
    >>> from keras_lateral import GradientMask
    >>> maps = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    >>> everything_passes = GradientMask(sigma=1.0, threshold=0.0)
    >>> check_gradient(everything_passes, maps, lambda x, g: g, rtol=0, atol=0)
    >>> check_gradient(everything_passes, maps, lambda x, g: 2 * g)
    Traceback (most recent call last):
        ...
    AssertionError: Gradient of the inputs of GradientMask: ...
    """
    name = type(layer).__name__
    x = ops.cast(ops.convert_to_tensor(inputs), layer.compute_dtype)
    y = call_layer(layer, x, training)
    same = x if plain is None else plain(x)
    assert_equal(_dtype(y), _dtype(same), f"Dtype of the forward pass of {name}")
    assert_close(as_array(y), as_array(same), f"Forward pass of {name}")

    g = ops.cast(_draw(y.shape) if upstream is None else upstream, y.dtype)
    to_x, to_weights = layer_gradients(layer, x, g, training)
    arguments = as_array(x), as_array(g)
    assert_close(to_x, expected(*arguments), f"Gradient of the inputs of {name}", rtol, atol)
    if expected_weights is not None:
        _check_weights(layer, to_weights, expected_weights(*arguments), rtol, atol)


def _check_weights(
    layer: keras.layers.Layer,
    found: Sequence[np.ndarray],
    expected: Sequence[np.ndarray],
    rtol: float,
    atol: float,
) -> None:
    name = type(layer).__name__
    assert_equal(len(found), len(expected), f"Number of weight gradients of {name}")
    for variable, ours, formula in zip(layer.trainable_variables, found, expected, strict=True):
        assert_close(ours, formula, f"Gradient of the {variable.name} of {name}", rtol, atol)


def _draw(shape: Sequence[int]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=tuple(shape)).astype("float32")


def _dtype(tensor: Tensor) -> str:
    return str(keras.backend.standardize_dtype(tensor.dtype))
