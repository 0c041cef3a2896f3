"""Diagonal and off-diagonal row sums of V, from its entries class by class and lag by lag."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from keras import ops

from keras_lateral.frame.gram.entries import GramEntries
from keras_lateral.frame.gram.lag_fourier import fourier_products
from keras_lateral.frame.gram.lag_products import lag_products, mirrored
from keras_lateral.frame.gram.problem import GramProblem
from keras_lateral.keras_tools.arguments import Tensor


class KernelGram(NamedTuple):
    """The rows of V, on and off the diagonal.

    Args:
        diagonal: v_ii, tensor (groups, classes, N).
        radius: r_i = sum over j != i of |v_ij|, of the same shape.
        counts: Int array (classes,): number of pixels that a class stands for.
    """

    diagonal: Tensor
    radius: Tensor
    counts: np.ndarray


def rows_by_shifts(problem: GramProblem, rows: Tensor | None) -> KernelGram:
    """Returns the rows from the products at half of the lags; `rows=None` means all."""
    diagonals: dict[tuple[int, ...], Tensor] = {}
    radii: dict[tuple[int, ...], Tensor] = {}
    products = lag_products(problem, rows)
    for (row_class, lag), entries in products.items():
        if not any(lag):
            own = ops.sum(entries * _diagonal_mask(entries, rows), -1)
            diagonals[row_class] = own
            # The diagonal holds sums of squares, which are their own absolute values.
            radii[row_class] = ops.sum(ops.abs(entries), -1) - own
    for key, entries in products.items():
        if any(key[1]):
            radii[key[0]] += ops.sum(ops.abs(entries), -1)
            if rows is None:
                radii[mirrored(key, problem)[0]] += ops.sum(ops.abs(entries), -2)
    order = sorted(diagonals)
    return KernelGram(
        _stacked([diagonals[row_class] for row_class in order]),
        _stacked([radii[row_class] for row_class in order]),
        np.ones(len(order), int),
    )


def _stacked(of_classes: list[Tensor]) -> Tensor:
    first, *others = of_classes
    return ops.stack(of_classes, 1) if others else ops.expand_dims(first, 1)


def rows_by_fourier(problem: GramProblem, rows: Tensor | None) -> KernelGram:
    """Returns the rows from the products at half of the frequencies."""
    entries, lags = fourier_products(problem, rows)
    zero = lags.index(tuple(0 for _ in problem.axes))
    classes = entries.shape[-1] // problem.size
    groups = entries.shape[1]
    own = _mask_of_phases(entries[zero], rows, problem.size, classes)
    diagonal = ops.sum(entries[zero] * own, -1)
    sizes = ops.abs(entries)
    radius = ops.sum(sizes, (0, -1)) - ops.abs(diagonal)
    if rows is None:  # zero is the first of half of the lags
        radius += ops.sum(sizes[1:], (0, -2))
    shape = (groups, classes, -1)
    return KernelGram(
        ops.reshape(diagonal, shape), ops.reshape(radius, shape), np.ones(classes, int)
    )


def rows_from_entries(entries: GramEntries, rows: Tensor | None) -> KernelGram:
    """Returns the rows from all entries, which exist for borders too."""
    values, counts = entries
    dims = counts.ndim
    lags = values.shape[1 + dims : 1 + 2 * dims]
    n = values.shape[-1]
    values = ops.reshape(values, (values.shape[0], counts.size, -1, n, n))
    if rows is not None:
        values = ops.take(values, rows, axis=-2)
    own = _diagonal_mask(values, rows) * _lag_zero_mask(int(np.prod(lags)), values)
    diagonal = ops.sum(values * own, (2, -1))
    radius = ops.sum(ops.abs(values * (1 - own)), (2, -1))
    return KernelGram(diagonal, radius, counts.reshape(-1))


def _lag_zero_mask(lags: int, like: Tensor) -> Tensor:
    """1 at lag 0, which is in the middle, shape (lags, 1, 1)."""
    mask = (np.arange(lags) == lags // 2).astype(ops.dtype(like))
    return ops.convert_to_tensor(mask[:, None, None])


def _diagonal_mask(entries: Tensor, rows: Tensor | None) -> Tensor:
    """1 where the column j is the row i itself, shape (rows, N)."""
    columns = np.arange(entries.shape[-1])
    if rows is None:
        return ops.convert_to_tensor(np.eye(len(columns)).astype(ops.dtype(entries)))
    return ops.cast(rows[:, None] == ops.cast(columns[None], ops.dtype(rows)), ops.dtype(entries))


def _mask_of_phases(entries: Tensor, rows: Tensor | None, size: int, phases: int) -> Tensor:
    if rows is None:
        return _diagonal_mask(entries, None)
    offsets = ops.cast(np.arange(phases) * size, ops.dtype(rows))
    return _diagonal_mask(entries, ops.reshape(offsets[:, None] + rows[None], (-1,)))
