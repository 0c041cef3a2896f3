"""Norms whose gradient is 0, not NaN, where they are 0."""

from __future__ import annotations

import numpy as np
from keras import ops

from keras_lateral.types import Tensor

_SMALLEST = 1e-30
"""Squares below this are 0, in float32 as in float64."""


def root(square: Tensor) -> Tensor:
    """Returns the square root; where it is 0, its gradient is 0 as well.

    Example:

    >>> from keras import ops
    >>> [float(x) for x in root(ops.convert_to_tensor([4.0, 0.0]))]
    [2.0, 0.0]
    """
    is_zero = square <= _SMALLEST
    return ops.where(is_zero, 0.0, ops.sqrt(ops.where(is_zero, 1.0, square)))


def squared_distance_from_identity(V: Tensor) -> Tensor:
    """Returns ||V - I||_F^2 of one matrix, or summed over a batch of them.

    Args:
        V: Tensor (..., N, N).

    Returns:
        Scalar tensor.

    Example:

    >>> from keras import ops
    >>> float(squared_distance_from_identity(3 * ops.eye(2)))
    8.0
    """
    identity = np.eye(int(V.shape[-1])).astype(ops.dtype(V))
    return ops.sum(ops.square(V - ops.convert_to_tensor(identity)))
