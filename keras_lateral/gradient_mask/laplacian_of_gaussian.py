"""The Laplacian of Gaussian as a filter, in three forms that compute the same thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.gaussian import band_matrix, check_kernel, gaussian_taps, reflect
from keras_lateral.keras_tools.arguments import InhibitionPadding, Tensor


def laplacian_of_gaussian_kernel(
    sigma: float, rank: int = 2, size: int | None = None, *, zero_sum: bool = True
) -> np.ndarray:
    """Returns the kernel of a Laplacian of Gaussian (LoG).

    The closed form, which in two dimensions is the paper's eq. 1, is

        LoG(x) = -1 / ((2 pi)^(n/2) sigma^(n+2)) [n - |x|^2 / sigma^2] exp(-|x|^2 / (2 sigma^2))

    negative at its centre and positive around it. It equals, and is built as, a sum over axes
    of the Gaussian's second derivative d along that axis times the Gaussian g along all others.
    With `zero_sum` each d sums to 0 (its mean over the taps is subtracted), hence so does the
    kernel: a flat map gives no response, however coarsely the kernel is sampled and cut.

    Args:
        sigma: Standard deviation of the Gaussian, in pixels.
        rank: Number of spatial dimensions n.
        size: Side of the kernel in pixels, odd. Defaults to a radius of at least 3 `sigma`.
        zero_sum: `False` gives the closed form unchanged.

    Returns:
        A float64 array of shape `(size,) * rank`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> kernel = laplacian_of_gaussian_kernel(sigma=1.0)
    >>> kernel.shape, bool(abs(kernel.sum()) < 1e-12), bool(kernel[3, 3] < 0 < kernel[3, 5])
    ((7, 7), True, True)

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks, eq. 1.
    """
    if rank < 1:
        raise ValueError(
            "Invalid value for argument `rank`. Expected 1 or more spatial dimensions. "
            f"Received: rank={rank}"
        )
    size = check_kernel(sigma, size)
    g, d = gaussian_taps(sigma, size, zero_sum)
    smooth, log = g, d
    for _ in range(rank - 1):
        log = np.multiply.outer(log, g) + np.multiply.outer(smooth, d)
        smooth = np.multiply.outer(smooth, g)
    return log


Form = Literal["dense", "bands", "shifts"]

DENSE_POSITIONS = 64
"""Maps up to this many positions are filtered by one matrix over all positions."""

BAND_LENGTH = 128
"""Axes up to this long are filtered by a band matrix; beyond, its zeros cost too much."""


def laplacian_of_gaussian(
    maps: Tensor,
    sigma: Any = 1.0,
    size: int | None = None,
    *,
    axes: Sequence[int] = (1, 2),
    padding: InhibitionPadding = "reflect",
    zero_sum: bool = True,
    form: Form | None = None,
) -> Tensor:
    """Filters maps with a Laplacian of Gaussian.

    The filter is a sum over axes of the second derivative d of a Gaussian along that axis times
    the Gaussian g along the others, so it is built up one axis at a time from two
    one-dimensional filters. On each axis these are matrix products ("bands"), or sums of shifted
    copies ("shifts"); on a small map the whole filter is one product ("dense"). A convolution
    would work as well, but is what CPU compilers are slowest at. The forms agree up to rounding;
    the default is chosen by `choose_form`.

    Args:
        maps: Tensor of any rank, cast to float32.
        sigma: Standard deviation of the Gaussian in pixels; a number, or a scalar tensor.
        size: Side of the kernel in pixels, odd; required when `sigma` is a tensor. Defaults to a
            radius of at least 3 `sigma`.
        axes: The spatial axes, one or more, in ascending order.
        padding: `"reflect"` mirrors the map at its border, without repeating the border;
            `"zeros"` puts zeros around it.
        zero_sum: Whether a constant map gives 0. See `laplacian_of_gaussian_kernel`.
        form: `"dense"`, `"bands"` or `"shifts"`, to override the default choice.

    Returns:
        A float32 tensor of the same shape.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> import numpy as np
    >>> dot = np.zeros((1, 9, 9, 1), "float32")
    >>> dot[0, 4, 4, 0] = 1.0
    >>> response = keras.ops.convert_to_numpy(laplacian_of_gaussian(dot, sigma=1.0))
    >>> bool(response[0, 4, 4, 0] < 0 < response[0, 4, 6, 0])
    True
    """
    maps = ops.cast(maps, "float32")
    axes = tuple(axis % len(maps.shape) for axis in axes)
    size = check_kernel(sigma, size)
    g, d = gaussian_taps(sigma, size, zero_sum, xp=ops)
    shape = ops.shape(maps)
    lengths = tuple(shape[axis] for axis in axes)
    form = choose_form(lengths, axes) if form is None else form
    if form == "dense" and not _adjacent(axes):
        raise ValueError(
            "Invalid value for argument `form`. Expected 'bands' or 'shifts' for axes that are "
            f"not adjacent. Received: form={form!r}, axes={axes}"
        )
    if form == "dense":
        return _dense(maps, g, d, axes, lengths, padding)
    filter_axis = _filter_with_band if form == "bands" else _filter_with_shifts
    smooth, log = maps, None  # g applied along the axes so far; the LoG over the axes so far
    for number, (axis, length) in enumerate(zip(axes, lengths, strict=True)):
        last = number == len(axes) - 1
        curved = filter_axis(smooth, d, axis, length, padding)
        log = curved if log is None else filter_axis(log, g, axis, length, padding) + curved
        smooth = smooth if last else filter_axis(smooth, g, axis, length, padding)
    return log


def choose_form(lengths: Sequence[Any], axes: Sequence[int]) -> Form:
    """Returns the fastest form for maps of these axis lengths on the devices present.

    On an accelerator matrix products may round to TensorFloat-32, which on a flat map would be
    mistaken for contrast; sums of shifted copies are exact and cost little there.

    Args:
        lengths: Axis lengths; a tensor where one is known only at run time.
        axes: The axes they belong to.

    Returns:
        The name of the form.

    Example:

    >>> choose_form((8, 8), (1, 2))
    'dense'
    """
    if _has_accelerator():
        return "shifts"
    if not all(isinstance(length, int) for length in lengths):
        return "bands"
    if max(lengths) > BAND_LENGTH:
        return "shifts"
    return "dense" if _adjacent(axes) and math.prod(lengths) <= DENSE_POSITIONS else "bands"


def _adjacent(axes: Sequence[int]) -> bool:
    return tuple(axes) == tuple(range(axes[0], axes[0] + len(axes)))


@cache
def _has_accelerator() -> bool:
    if keras.config.backend() == "torch":
        return False  # Keras lists no devices there, and its products keep float32 by default.
    return any(not name.startswith("cpu") for name in keras.distribution.list_devices())


def _filter_with_band(
    maps: Tensor, taps: Tensor, axis: int, length: Any, padding: InhibitionPadding
) -> Tensor:
    return _multiply_along(maps, band_matrix(taps, length, padding), axis, length)


def _multiply_along(maps: Tensor, matrix: Tensor, axis: int, length: Any) -> Tensor:
    """Multiplies one axis by a matrix, or adjacent axes reshaped to one."""
    shape = ops.shape(maps)
    trailing = math.prod(shape[axis + _number_of_axes(shape, axis, length) :])
    if isinstance(trailing, int) and trailing == 1:
        flat = ops.reshape(maps, (-1, length))
        return ops.reshape(ops.matmul(flat, ops.transpose(matrix)), shape)
    flat = ops.reshape(maps, (-1, length, trailing))
    return ops.reshape(ops.matmul(matrix, flat), shape)


def _number_of_axes(shape: Sequence[Any], axis: int, length: Any) -> int:
    """Returns how many axes, from `axis` on, together hold `length` elements."""
    if not isinstance(length, int):
        return 1
    count, held = 1, shape[axis]
    while held < length:
        held *= shape[axis + count]
        count += 1
    return count


def _dense(
    maps: Tensor,
    g: Tensor,
    d: Tensor,
    axes: tuple[int, ...],
    lengths: tuple[int, ...],
    padding: InhibitionPadding,
) -> Tensor:
    smooth, log = None, None
    for length in lengths:
        g_matrix, d_matrix = band_matrix(g, length, padding), band_matrix(d, length, padding)
        if smooth is None:
            smooth, log = g_matrix, d_matrix
        else:
            log = _kronecker(log, g_matrix) + _kronecker(smooth, d_matrix)
            smooth = _kronecker(smooth, g_matrix)
    return _multiply_along(maps, log, axes[0], math.prod(lengths))


def _kronecker(a: Tensor, b: Tensor) -> Tensor:
    # keras.ops.kron fails in a TensorFlow graph.
    n = a.shape[0] * b.shape[0]
    return ops.reshape(ops.einsum("ij,kl->ikjl", a, b), (n, n))


def _filter_with_shifts(
    maps: Tensor, taps: Tensor, axis: int, length: Any, padding: InhibitionPadding
) -> Tensor:
    size = int(taps.shape[0])
    radius = size // 2
    if padding == "reflect":
        xp = np if isinstance(length, int) else ops
        border = reflect(xp.arange(-radius, length + radius), length, xp)
        maps = ops.take(maps, border, axis=axis)
    else:
        widths = [(0, 0)] * len(maps.shape)
        widths[axis] = (radius, radius)
        maps = ops.pad(maps, widths)
    before = (slice(None),) * axis
    result = maps[(*before, slice(0, length))] * taps[0]
    for tap in range(1, size):
        result = result + maps[(*before, slice(tap, tap + length))] * taps[tap]
    return result
