"""The identity with a backward pass of its own, on every backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


def identity_with_backward(x: Tensor, backward: Callable[[Tensor], Tensor]) -> Tensor:
    """Returns `x`, whose gradient goes through a function on its way back.

        forward:   y = x
        backward:  dL/dx = backward(dL/dy)

    Args:
        x: A tensor.
        backward: Function of a gradient, of the shape and dtype of `x`, to another such.

    Example:

    >>> from keras import ops
    >>> y = identity_with_backward(ops.ones((2, 2)), lambda g: 2 * g)  # its gradient is doubled
    """

    @ops.custom_gradient
    def identity(values: Tensor) -> Any:
        # Keras hands the gradient over by name on TensorFlow, by position elsewhere.
        def grad(*args: Tensor, upstream: Tensor = None) -> Tensor:
            return backward(args[0] if upstream is None else upstream)

        return values, grad

    return identity(x)
