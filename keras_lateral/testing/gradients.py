"""Backward passes outside `fit`: of a function, and of a layer with its weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Shape, Tensor
from keras_lateral.keras_tools.autodiff import gradients


def vector_jacobian_product(
    function: Callable[..., Tensor], tensors: Sequence[Tensor], upstream: Tensor
) -> list[Tensor]:
    """Returns the result of a function's backward pass for an upstream gradient.

        y = f(x_1, ..., x_n),  g = dL/dy   ->   [J_1^T g, ..., J_n^T g]

    Args:
        function: A function of `*tensors` that returns one tensor.
        tensors: Floating-point tensors (not variables: give their `value`), of any shapes.
        upstream: g, of the shape of the function's result; cast to its dtype.

    Returns:
        A list with one tensor for each of `tensors`, of its shape and dtype. It is zero if
        the result does not depend on the tensor.

    Raises:
        ValueError: If the upstream gradient does not have the shape of the function's result.
        RuntimeError: If the active backend is not TensorFlow, JAX or torch.

    Example:

    >>> from keras import ops
    >>> (product,) = vector_jacobian_product(lambda x: x**2, [ops.ones(2)], ops.array([1.0, 5.0]))
    >>> [float(p) for p in product]
    [2.0, 10.0]
    """

    def loss(*tensors: Tensor) -> Tensor:
        # The gradient of this sum with respect to y is g itself, to the last bit.
        y = function(*tensors)
        if not _may_be_equal(y.shape, upstream.shape):
            raise ValueError(
                "Invalid value for argument `upstream`. Expected the shape of the function's "
                f"result, {tuple(y.shape)}. Received: upstream.shape={tuple(upstream.shape)}"
            )
        # It may be one of the tensors itself, but is a constant here.
        return ops.sum(y * ops.stop_gradient(ops.cast(upstream, y.dtype)))

    return gradients(loss, tensors)[1]


def _may_be_equal(shape: Shape, other: Shape) -> bool:
    """Returns whether two shapes may be equal: unknown lengths may be anything."""
    if len(shape) != len(other):
        return False
    return all(a is None or b is None or a == b for a, b in zip(shape, other, strict=True))


def layer_gradients(
    layer: keras.layers.Layer, inputs: Any, upstream: Any, training: bool = True
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Returns the result of a layer's backward pass for an upstream gradient.

    Args:
        layer: A layer with one floating-point input and one output.
        inputs: Array or tensor, cast to the layer's compute dtype.
        upstream: Array or tensor dL/dy of the output's shape.
        training: Passed to the layer's call if it takes it.

    Returns:
        dL/dx, and a list of dL/dw for the layer's trainable variables, in their order: float32
        arrays (float64 where the layer computes in float64).

    Example:

    >>> import numpy as np
    >>> layer = keras.layers.Dense(2, kernel_initializer="ones")
    >>> to_x, (to_kernel, to_bias) = layer_gradients(layer, np.ones((1, 3)), np.ones((1, 2)))
    >>> to_x.tolist(), to_kernel.shape, to_bias.tolist()
    ([[2.0, 2.0, 2.0]], (3, 2), [1.0, 1.0])
    """
    x = ops.cast(ops.convert_to_tensor(inputs), layer.compute_dtype)
    if not layer.built:
        layer(x)
    variables = layer.trainable_variables

    def call(x: Tensor, *values: Tensor) -> Tensor:
        with keras.StatelessScope(list(zip(variables, values, strict=True))):
            return call_layer(layer, x, training)

    values = [ops.copy(variable.value) for variable in variables]
    g = ops.convert_to_tensor(upstream)
    product = _compiled_on_jax(lambda *tensors: vector_jacobian_product(call, tensors, g))
    to_x, *to_weights = (as_array(gradient) for gradient in product(x, *values))
    return to_x, to_weights


def _compiled_on_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the function, compiled on JAX, which else compiles every operation separately."""
    if keras.config.backend() != "jax":
        return function
    import jax

    return jax.jit(function)


def call_layer(layer: keras.layers.Layer, x: Tensor, training: bool) -> Tensor:
    """Calls a layer; `training` is passed only if the layer takes it."""
    takes_it = "training" in inspect.signature(layer.call).parameters
    return layer(x, training=training) if takes_it else layer(x)


def as_array(tensor: Tensor) -> np.ndarray:
    """Returns a tensor's values in NumPy, half precisions as float32 (which holds them exactly)."""
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return ops.convert_to_numpy(
        ops.cast(tensor, "float32") if dtype in {"float16", "bfloat16"} else tensor
    )
