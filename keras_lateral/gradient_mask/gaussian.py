"""One-dimensional Gaussian taps, from which every Laplacian of Gaussian is built."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import InhibitionPadding, Tensor, check_odd, check_sigma


def reflect(index: Tensor, length: Any, xp: Any = np) -> Tensor:
    """Folds indices outside `0 .. length - 1` back inside, as mirrors at both ends would.

    The end itself is not repeated (NumPy's "reflect", SciPy's "mirror"). Indices are folded as
    often as it takes; on one position all of them become 0.

    Args:
        index: Integers.
        length: Number of positions; an int, or a scalar int tensor with `xp=keras.ops`.
        xp: `numpy` or `keras.ops`.

    Returns:
        Integers of the same shape.

    Example:

    >>> reflect(np.arange(-3, 6), 3).tolist()
    [1, 2, 1, 0, 1, 2, 1, 0, 1]
    """
    period = xp.maximum(2 * length - 2, 1)
    index = xp.abs(index) % period
    return xp.minimum(index, period - index)


def band_matrices(taps: Tensor, length: Any, padding: InhibitionPadding) -> Tensor:
    """Returns the matrices that filter `length` positions, each with a vector of taps.

    Args:
        taps: Vectors with an odd number of taps, of shape `(filters, size)`.
        length: Number of positions, an int or a scalar int tensor.
        padding: `"reflect"` or `"zeros"`: what lies outside.

    Returns:
        A float32 tensor of shape `(length, filters, length)`: `[:, c]` is the matrix of filter c,
        symmetric only away from the border. It is an array if all arguments are.
    """
    xp = np if isinstance(length, int) else ops
    size = int(taps.shape[1])
    index = xp.expand_dims(xp.arange(length), 1) + np.arange(size, dtype="int32") - size // 2
    index = reflect(index, length, xp) if padding == "reflect" else index
    # An index outside the map equals no position and so contributes nothing: zero padding.
    reads = xp.expand_dims(index, 2) == xp.arange(length)
    reads = reads.astype("float32") if xp is np else ops.cast(reads, "float32")
    known = xp is np and isinstance(taps, np.ndarray)
    return (np if known else ops).einsum("ck,ikj->icj", taps, reads)


def inhibition_size_for(sigma: float) -> int:
    """Returns the odd side of a kernel whose radius is at least 3 `sigma` pixels.

    A smaller kernel cuts off the positive surround, and what is left is a plain blur.

    Args:
        sigma: Standard deviation of the Gaussian, in pixels.

    Returns:
        The side in pixels, `2 * ceil(3 * sigma) + 1`.

    Example:

    >>> [inhibition_size_for(sigma) for sigma in (0.5, 1.0, 2.0)]
    [5, 7, 13]
    """
    return 2 * math.ceil(3.0 * sigma) + 1


def check_kernel(sigma: Any, size: int | None) -> int:
    """Returns the side of the kernel that `sigma` and `size` ask for.

    Args:
        sigma: Standard deviation of the Gaussian in pixels; a number, or a scalar tensor.
        size: Side of the kernel in pixels, odd. Defaults to a radius of at least 3 `sigma`.

    Returns:
        The side in pixels.

    Raises:
        ValueError: If `sigma` is a number but not above 0, or `size` is not odd.

    Example:

    >>> check_kernel(1.0, None), check_kernel(1.0, 5)
    (7, 5)
    """
    if isinstance(sigma, Real):
        check_sigma(sigma)
    size = inhibition_size_for(sigma) if size is None else size
    check_odd("size", size)
    return size


def gaussian_taps(sigma: Any, size: int, zero_sum: bool, xp: Any = np) -> tuple[Tensor, Tensor]:
    """Returns the taps of a Gaussian g and of its second derivative d, in one dimension.

        g(t) = exp(-t^2 / (2 sigma^2)) / (sqrt(2 pi) sigma)
        d(t) = g''(t) = (t^2 / sigma^4 - 1 / sigma^2) g(t)

    Args:
        sigma: Standard deviation in pixels; a number, or a scalar tensor with `xp=keras.ops`.
        size: Number of taps, odd.
        zero_sum: Whether to subtract d's mean from it, so that the second derivative of a
            constant is 0 although d is sampled and cut.
        xp: The module that does the arithmetic: `numpy` or `keras.ops`.

    Returns:
        Two vectors of `size` taps: float64 in NumPy, float32 in `keras.ops`.
    """
    t = xp.array(np.arange(size) - size // 2, dtype="float64" if xp is np else "float32")
    g = xp.exp(-(t**2) / (2.0 * sigma**2)) / (math.sqrt(2.0 * math.pi) * sigma)
    d = (t**2 / sigma**4 - 1.0 / sigma**2) * g
    return g, d - xp.mean(d) if zero_sum else d
