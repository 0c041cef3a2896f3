"""The Laplacian of Gaussian as a filter, in three forms that compute the same thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from numbers import Real
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.gaussian import (
    band_matrices,
    check_kernel,
    gaussian_taps,
    reflect,
)
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
    one-dimensional filters. On each axis both are one matrix product ("bands"), or sums of shifted
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
    size = check_kernel(sigma, size)
    known = isinstance(sigma, Real)
    taps = gaussian_taps(sigma, size, zero_sum, xp=np if known else ops)
    stacked = np.stack(taps).astype("float32") if known else ops.stack(taps)
    return filter_with_taps(maps, stacked, axes=axes, padding=padding, form=form)


def filter_with_taps(
    maps: Tensor,
    taps: Tensor,
    *,
    axes: Sequence[int],
    padding: InhibitionPadding,
    form: Form | None = None,
) -> Tensor:
    """Filters maps with the Laplacian of Gaussian that two one-dimensional filters make up.

    Args:
        maps: Tensor of any rank, cast to float32.
        taps: Float32 array or tensor of shape `(2, size)`: the Gaussian g, and its second
            derivative d.
        axes: As for `laplacian_of_gaussian`, like the other arguments.
        padding: `"reflect"` or `"zeros"`.
        form: `"dense"`, `"bands"` or `"shifts"`, to override the default choice.

    Returns:
        A float32 tensor of the same shape.
    """
    maps = ops.cast(maps, "float32")
    axes = tuple(axis % len(maps.shape) for axis in axes)
    lengths = _lengths(maps, axes)
    form = choose_form(lengths, axes) if form is None else form
    if form == "dense" and not _adjacent(axes):
        raise ValueError(
            "Invalid value for argument `form`. Expected 'bands' or 'shifts' for axes that are "
            f"not adjacent. Received: form={form!r}, axes={axes}"
        )
    if form == "shifts":
        return _by_shifts(maps, taps, axes, lengths, padding)
    if form == "dense":
        return _by_one_product(maps, taps, axes, lengths, padding)
    if _adjacent(axes):
        return _by_products(maps, taps, axes, lengths, padding)
    together = tuple(range(axes[0], axes[0] + len(axes)))
    moved = _by_products(ops.moveaxis(maps, axes, together), taps, together, lengths, padding)
    return ops.moveaxis(moved, together, axes)


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


def _by_products(
    maps: Tensor,
    taps: Tensor,
    axes: tuple[int, ...],
    lengths: tuple[Any, ...],
    padding: InhibitionPadding,
) -> Tensor:
    """One product for each axis.

    Of the axes so far it keeps both what is smoothed along all of them (S) and what the Laplacian
    of Gaussian is (L), side by side in front of the next axis:

        first axis:  S = G x,  L = D x
        next axes:   S' = G S,  L' = D S + G L
    """
    found, of_axes = maps, _band_matrices(taps, lengths, padding)
    for number, (length, matrices) in enumerate(zip(lengths, of_axes, strict=True)):
        first, last = number == 0, number == len(axes) - 1
        if first and last:
            matrix = matrices[:, 1]
        elif first:
            matrix = ops.reshape(matrices, (2 * length, length))
        elif last:
            matrix = ops.reshape(ops.flip(matrices, 1), (length, 2 * length))
        else:
            g, d = matrices[:, 0], matrices[:, 1]
            rows = [ops.concatenate([g, ops.zeros_like(g)], 1), ops.concatenate([d, g], 1)]
            matrix = ops.reshape(ops.stack(rows, 1), (2 * length, 2 * length))
        found = _multiplied(matrix, found, _elements_after(maps, axes[number]))
    return _reshaped(found, maps)


def _by_one_product(
    maps: Tensor,
    taps: Tensor,
    axes: tuple[int, ...],
    lengths: tuple[int, ...],
    padding: InhibitionPadding,
) -> Tensor:
    """One matrix over all positions: D on one axis, G on the others, summed over the axes."""
    first, *others = _band_matrices(taps, lengths, padding)
    if len(others) == 1:  # the usual case in one step
        log = _joined("icj,kcl->ikjl", first, ops.flip(others[0], 1))
    else:
        smooth, log = first[:, 0], first[:, 1]
        for matrices in others:
            g, d = matrices[:, 0], matrices[:, 1]
            log = _joined("ij,kl->ikjl", log, g) + _joined("ij,kl->ikjl", smooth, d)
            smooth = _joined("ij,kl->ikjl", smooth, g)
    return _reshaped(_multiplied(log, maps, _elements_after(maps, axes[-1])), maps)


def _band_matrices(
    taps: Tensor, lengths: tuple[Any, ...], padding: InhibitionPadding
) -> list[Tensor]:
    """Returns the matrices of each axis; axes of the same length share theirs."""
    keys = [length if isinstance(length, int) else -id(length) for length in lengths]
    different = dict(zip(keys, lengths, strict=True))
    made = {key: band_matrices(taps, length, padding) for key, length in different.items()}
    return [made[key] for key in keys]


def _lengths(maps: Tensor, axes: Sequence[int]) -> tuple[Any, ...]:
    """Returns the lengths of axes; only those that are not known yet cost operations."""
    known = tuple(maps.shape[axis] for axis in axes)
    if all(isinstance(length, int) for length in known):
        return known
    shape = ops.shape(maps)
    return tuple(shape[axis] for axis in axes)


def _elements_after(maps: Tensor, axis: int) -> Any:
    return math.prod(_lengths(maps, range(axis + 1, len(maps.shape))))


def _reshaped(found: Tensor, maps: Tensor) -> Tensor:
    """Returns what was found in the shape of the maps."""
    shape = [length if isinstance(length, int) else -1 for length in maps.shape]
    return ops.reshape(found, shape if shape.count(-1) < 2 else ops.shape(maps))


def _joined(rule: str, a: Tensor, b: Tensor) -> Tensor:
    """Returns the product of matrices on different axes, as a matrix over both."""
    # keras.ops.kron fails in a TensorFlow graph.
    n = a.shape[0] * b.shape[0]
    return ops.reshape(ops.einsum(rule, a, b), (n, n))


def _multiplied(matrix: Tensor, maps: Tensor, after: Any) -> Tensor:
    """Multiplies the axis that has `after` elements behind it; returns it with its rows."""
    columns = matrix.shape[1] if isinstance(matrix.shape[1], int) else ops.shape(matrix)[1]
    if isinstance(after, int) and after == 1:
        return ops.matmul(ops.reshape(maps, (-1, columns)), ops.transpose(matrix))
    return ops.matmul(matrix, ops.reshape(maps, (-1, columns, after)))


def _by_shifts(
    maps: Tensor,
    taps: Tensor,
    axes: tuple[int, ...],
    lengths: tuple[Any, ...],
    padding: InhibitionPadding,
) -> Tensor:
    """Sums of shifted copies; S and L as in `_by_products`."""
    g, d = taps[0], taps[1]
    smooth, log = maps, None
    for number, (axis, length) in enumerate(zip(axes, lengths, strict=True)):
        curved = _filter_with_shifts(smooth, d, axis, length, padding)
        log = curved if log is None else _filter_with_shifts(log, g, axis, length, padding) + curved
        if number < len(axes) - 1:
            smooth = _filter_with_shifts(smooth, g, axis, length, padding)
    return log


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
