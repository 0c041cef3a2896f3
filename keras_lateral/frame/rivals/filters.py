"""A kernel as matrices whose columns are the filters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_lateral.frame.gram.problem import at_least_float32
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry

_SMALLEST = 1e-30
"""Squares below this count as 0, in float32 and in float64."""


def root(square: Tensor) -> Tensor:
    """Returns the square root, with a gradient of 0 where it is 0.

    Example:

    >>> from keras import ops
    >>> [float(x) for x in root(ops.convert_to_tensor([4.0, 0.0]))]
    [2.0, 0.0]
    """
    is_zero = square <= _SMALLEST
    return ops.where(is_zero, 0.0, ops.sqrt(ops.where(is_zero, 1.0, square)))


def squared_distance_from_identity(V: Tensor) -> Tensor:
    """Returns ||V - I||_F^2 of a matrix, or its sum over a batch of matrices.

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


def filters(kernel: Tensor, geometry: KernelGeometry | None = None) -> Tensor:
    """Returns a matrix for each group of channels, its columns the group's filters.

    | kind | a filter holds | groups, columns |
    |---|---|---|
    | dense | the weights of an output | 1, outputs |
    | convolution | the weights of an output, over taps and inputs | groups, outputs / groups |
    | depthwise | the taps from an input to one of its outputs | inputs, multiplier |
    | transposed | the weights of an input, over taps and outputs | 1, inputs |

    A transposed convolution is the transpose of the convolution with the same kernel, and has the
    same filters. Strides and dilation make no difference.

    Args:
        kernel: Tensor as Keras has it, any rank from 2 (dense) to 5, any float dtype.
        geometry: How the kernel acts. Defaults to a dense or an ordinary convolution.

    Returns:
        Tensor (groups, size of a filter, filters), float32, or float64 if the kernel is.

    Raises:
        ValueError: If the kernel does not fit the geometry.

    Example:

    >>> from keras import ops
    >>> filters(ops.ones((3, 3, 2, 8)), KernelGeometry(groups=4)).shape == (4, 18, 2)
    True
    """
    geometry = geometry or KernelGeometry()
    split = geometry.split(at_least_float32(kernel))
    return ops.reshape(split, filters_shape(tuple(kernel.shape), geometry))


def filters_shape(shape: Sequence[int], geometry: KernelGeometry) -> tuple[int, int, int]:
    """Returns groups, size of a filter and number of filters, for a kernel of this shape."""
    groups, _, outputs = geometry.channels(shape)
    return groups, math.prod(shape) // (groups * outputs), outputs
