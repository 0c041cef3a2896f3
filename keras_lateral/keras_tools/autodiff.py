"""The gradient of a scalar function, by the same call on every backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor

Function = Callable[..., Tensor]
ValueAndGradients = tuple[Tensor, list[Tensor]]

# Keras differentiates only inside `fit`. Each backend has its own public way to do it elsewhere;
# all of them are in this file.


def gradients(function: Function, tensors: Sequence[Tensor]) -> ValueAndGradients:
    """Returns the value of a scalar function and its gradients.

        y = f(x_1, ..., x_n)   ->   y, [dy/dx_1, ..., dy/dx_n]

    Args:
        function: Function that returns a scalar tensor for `*tensors`. It may run more than once or
            be traced, so it should change nothing.
        tensors: Floating-point tensors or arrays of any shapes (not variables: give their
            `value`).

    Returns:
        The value, and a list with one tensor for each of `tensors`, of its shape and dtype. A
        gradient is zero where the value does not depend on its tensor.

    Raises:
        RuntimeError: If the active backend has no implementation here.

    Example:

    >>> from keras import ops
    >>> value, (gradient,) = gradients(lambda x: ops.sum(x**2), [ops.ones(3)])
    >>> float(value), [float(g) for g in gradient]
    (3.0, [2.0, 2.0, 2.0])
    """
    backend = keras.config.backend()
    if backend not in _BACKENDS:
        raise RuntimeError(
            f"Gradients are implemented for the backends {sorted(_BACKENDS)}, not for {backend!r}."
        )
    return _BACKENDS[backend](function, [ops.convert_to_tensor(x) for x in tensors])


def _with_tensorflow(function: Function, tensors: list[Tensor]) -> ValueAndGradients:
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        value = function(*tensors)
    return value, tape.gradient(value, tensors, unconnected_gradients="zero")


def _with_jax(function: Function, tensors: list[Tensor]) -> ValueAndGradients:
    import jax

    return jax.value_and_grad(lambda tensors: function(*tensors))(tensors)


def _with_torch(function: Function, tensors: list[Tensor]) -> ValueAndGradients:
    import torch

    with torch.enable_grad():
        inputs = [tensor.detach().requires_grad_() for tensor in tensors]
        value = function(*inputs)
    if not value.requires_grad:  # it depends on none of them
        return value, [torch.zeros_like(tensor) for tensor in inputs]
    found = torch.autograd.grad(value, inputs, allow_unused=True, materialize_grads=True)
    return value.detach(), list(found)


_BACKENDS = {"tensorflow": _with_tensorflow, "jax": _with_jax, "torch": _with_torch}
