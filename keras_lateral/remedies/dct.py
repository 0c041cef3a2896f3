"""The orthonormal two-dimensional discrete cosine transform of a convolution's kernels."""

from __future__ import annotations

import math
from numbers import Integral

import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import Tensor


def cosines(length: int) -> np.ndarray:
    """Returns the orthonormal discrete cosine transform, type II, of vectors of a length.

        D_ui = c_u cos(pi / n (i + 1/2) u),   c_0 = sqrt(1 / n),   c_u = sqrt(2 / n) for u > 0

    Args:
        length: n.

    Returns:
        D, a float64 array of shape `(n, n)` with frequencies u as rows; D D^T is the identity.

    Example:

    >>> cosines(2).round(3).tolist()
    [[0.707, 0.707], [0.707, -0.707]]
    """
    u, i = np.arange(length)[:, None], np.arange(length)[None, :]
    scale = np.where(u == 0, math.sqrt(1 / length), math.sqrt(2 / length))
    return np.asarray(scale * np.cos(math.pi / length * (i + 0.5) * u))


def frequencies(kernel_size: tuple[int, int], level: int | None = None) -> list[tuple[int, int]]:
    """Returns the frequencies (u, v) of kernels with u + v < level, in the order of their rows.

    Args:
        kernel_size: Height and width of the kernels.
        level: The number of diagonals that are kept, from the constant on; `None` for all.

    Raises:
        ValueError: If `level` is no whole number from 1 to height + width - 1.

    Example:

    >>> frequencies((3, 3), level=2)
    [(0, 0), (0, 1), (1, 0)]
    """
    height, width = kernel_size
    most = height + width - 1
    if level is None:
        level = most
    if isinstance(level, bool) or not isinstance(level, Integral) or not 1 <= level <= most:
        raise ValueError(
            "Invalid value for argument `level`. Expected a whole number from 1 to height + width "
            f"- 1 of the kernel, here {most}. Received: level={level!r} for kernels of "
            f"{tuple(kernel_size)}"
        )
    return [(u, v) for u in range(height) for v in range(width) if u + v < level]


def cosine_basis(kernel_size: tuple[int, int], level: int | None = None) -> np.ndarray:
    """Returns the patterns of which kernels are sums.

        psi_uv(i, j) = D_ui D_vj

    Args:
        kernel_size: Height and width.
        level: See `frequencies`.

    Returns:
        A float64 array of shape `(frequencies, height, width)`, orthonormal: the sum of the product
        of two patterns is 1 for a pattern with itself, and else 0.

    Example:

    >>> cosine_basis((2, 2), level=1).tolist()
    [[[0.5000000000000001, 0.5000000000000001], [0.5000000000000001, 0.5000000000000001]]]
    """
    height, width = (cosines(length) for length in kernel_size)
    return np.stack([np.outer(height[u], width[v]) for u, v in frequencies(kernel_size, level)])


def kernel_of(coefficients: Tensor, basis: np.ndarray) -> Tensor:
    """Returns the kernel with these coefficients.

        k(i, j) = sum over (u, v) of lambda_uv psi_uv(i, j)

    Args:
        coefficients: lambda, tensor of shape `(frequencies, inputs, outputs)`, or of all
            frequencies `(height, width, inputs, outputs)`.
        basis: psi, array of shape `(frequencies, height, width)`.

    Returns:
        A tensor of shape `(height, width, inputs, outputs)` and the coefficients' dtype.

    Example:

    >>> import numpy as np
    >>> from keras import ops
    >>> basis = cosine_basis((2, 2), level=1)
    >>> ops.convert_to_numpy(kernel_of(ops.ones((1, 1, 1)), basis))[..., 0, 0].round(3).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    rows = basis.reshape(len(basis), -1).T
    channels = tuple(coefficients.shape[-2:])
    flat = ops.reshape(coefficients, (len(basis), -1))
    kernel = ops.matmul(ops.convert_to_tensor(rows, flat.dtype), flat)
    return ops.reshape(kernel, (*basis.shape[1:], *channels))


def coefficients_of(kernel: Tensor, basis: np.ndarray) -> Tensor:
    """Returns the coefficients of a kernel; `kernel_of` returns it if the basis is complete.

        lambda_uv = sum over (i, j) of psi_uv(i, j) k(i, j)

    Args:
        kernel: k, tensor of shape `(height, width, inputs, outputs)`.
        basis: psi, array of shape `(frequencies, height, width)`.

    Returns:
        A tensor of shape `(height, width, inputs, outputs)` if there are as many frequencies as
        taps, and else `(frequencies, inputs, outputs)`.

    Example:

    >>> from keras import ops
    >>> basis = cosine_basis((2, 2))
    >>> found = coefficients_of(ops.ones((2, 2, 1, 1)), basis)
    >>> ops.convert_to_numpy(found)[..., 0, 0].round(3).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    columns = basis.reshape(len(basis), -1)
    channels = tuple(kernel.shape[-2:])
    flat = ops.reshape(kernel, (columns.shape[1], -1))
    found = ops.matmul(ops.convert_to_tensor(columns, flat.dtype), flat)
    return ops.reshape(found, (*coefficient_shape(basis), *channels))


def coefficient_shape(basis: np.ndarray) -> tuple[int, ...]:
    """Returns the shape of one channel's coefficients: the kernel's own, if all are kept."""
    taps = tuple(basis.shape[1:])
    return taps if len(basis) == math.prod(taps) else (len(basis),)
