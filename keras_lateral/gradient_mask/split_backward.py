"""One forward pass, two backward passes: one for the input, another for the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor

Function = Callable[..., Tensor]

# Keras has no public way to compute the two halves of a layer's backward pass separately. Each
# backend has its own way; all of them are in this file.


def split_backward(
    function: Function, x: Tensor, weights: Sequence[Tensor], transform: Callable[[Tensor], Tensor]
) -> Tensor:
    """Returns `function(x, *weights)`, with a backward pass split in two.

        forward:   y = f(x, w)
        backward:  dL/dx = J_x^T g,   dL/dw = J_w^T transform(g),   g = dL/dy

    In a compiled function each half is computed once, so the cost is that of an ordinary backward
    pass. TensorFlow run eagerly computes both halves of a convolution whichever is asked for.

    Args:
        function: A differentiable function of `x` and `weights` alone.
        x: Tensor.
        weights: Tensors (not variables).
        transform: Function from the gradient of y to the one that the weights get, of the same
            shape and dtype.

    Returns:
        `function(x, *weights)`.

    Raises:
        RuntimeError: If the active backend has no implementation here.

    Example:

    >>> from keras import ops
    >>> y = split_backward(ops.multiply, ops.ones(3), [ops.ones(3)], lambda g: 0 * g)
    >>> y.shape == (3,)
    True
    """
    backend = keras.config.backend()
    if backend not in _BACKENDS:
        raise RuntimeError(
            f'scope="weights" is implemented for the backends {sorted(_BACKENDS)}, not for '
            f'{backend!r}. Use scope="all".'
        )
    x = x if ops.is_tensor(x) else ops.convert_to_tensor(x)
    return _BACKENDS[backend](function, x, tuple(weights), transform)


def _with_tensorflow(
    function: Function, x: Tensor, weights: tuple[Tensor, ...], transform: Function
) -> Tensor:
    import tensorflow as tf

    @tf.custom_gradient
    def run(x: Tensor, *weights: Tensor) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch((x, weights))
            y = function(x, *weights)

        def backward(g: Tensor) -> Any:
            to_x = tape.gradient(y, x, output_gradients=g)
            return to_x, *tape.gradient(y, weights, output_gradients=transform(g))

        return y, backward

    return run(x, *weights)


def _with_jax(
    function: Function, x: Tensor, weights: tuple[Tensor, ...], transform: Function
) -> Tensor:
    import jax

    @jax.custom_vjp
    def run(x: Tensor, weights: tuple[Tensor, ...]) -> Tensor:
        return function(x, *weights)

    def forward(x: Tensor, weights: tuple[Tensor, ...]) -> Any:
        return jax.vjp(lambda x, weights: function(x, *weights), x, weights)

    def backward(pull_back: Any, g: Tensor) -> Any:
        # One half of each call is unused, and compiled away.
        return pull_back(g)[0], pull_back(transform(g))[1]

    run.defvjp(forward, backward)
    return run(x, weights)


def _with_torch(
    function: Function, x: Tensor, weights: tuple[Tensor, ...], transform: Function
) -> Tensor:
    import torch

    class Run(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Tensor:
            ctx.save_for_backward(*inputs)
            with torch.enable_grad():
                ctx.inputs = [
                    t.detach().requires_grad_(needed)
                    for t, needed in zip(inputs, ctx.needs_input_grad, strict=True)
                ]
                ctx.y = function(*ctx.inputs)
            return ctx.y.detach()

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            inputs, y = ctx.inputs, ctx.y
            if torch.is_grad_enabled():  # for a second derivative, which goes on to the inputs
                inputs = ctx.saved_tensors
                y = function(*inputs)
            x, *weights = inputs
            return *pull_back(y, [x], g), *pull_back(y, weights, transform(g))

    def pull_back(y: Tensor, inputs: Sequence[Tensor], g: Tensor) -> list[Tensor | None]:
        needed = [t for t in inputs if t.requires_grad]
        if not needed:
            return [None] * len(inputs)
        # The graph stays, since both halves and every further backward pass go through it.
        found = torch.autograd.grad(
            y,
            needed,
            g,
            retain_graph=True,
            create_graph=torch.is_grad_enabled(),
            allow_unused=True,
        )
        gradients = iter(found)
        return [next(gradients) if t.requires_grad else None for t in inputs]

    return Run.apply(x, *weights)


_BACKENDS = {"tensorflow": _with_tensorflow, "jax": _with_jax, "torch": _with_torch}
