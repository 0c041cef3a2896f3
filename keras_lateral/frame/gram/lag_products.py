"""The products of a kernel with itself at every lag, each pair of taps once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from keras import ops

from keras_lateral.frame.gram.problem import GramProblem
from keras_lateral.keras_tools.arguments import Side, Tensor
from keras_lateral.keras_tools.kernel_geometry import KernelAxis

Lag = tuple[int, ...]
RowClass = tuple[int, ...]
Key = tuple[RowClass, Lag]


def half_of(lags: Iterator[Lag]) -> list[Lag]:
    """Returns zero, and of each pair `lag`, `-lag` the one that comes later in order."""
    return [lag for lag in lags if lag >= tuple(0 for _ in lag)]


def all_lags(sizes: list[int]) -> Iterator[Lag]:
    """Yields -(k - 1) .. k - 1 along each axis."""
    return product(*(range(1 - size, size) for size in sizes))


def lag_products(problem: GramProblem, rows: Tensor | None = None) -> dict[Key, Tensor]:
    """Returns V's entries far from the borders, by class and lag.

        P[class, lag][i, j] = sum_m sum_{p in class} t[i, p, m] t[j, p + lag, m]

    Products that are left out are zero or transposes of others: P[class, -lag] = P[other, lag]^T,
    with `other` from `mirrored`. So every pair of taps is multiplied once.

    Args:
        problem: The kernel.
        rows: Int tensor, the rows i to compute. Then only zeros are left out.

    Returns:
        Tensors (groups, rows, N).
    """
    lags = all_lags([axis.size for axis in problem.axes])
    chosen = problem.taps if rows is None else ops.take(problem.taps, rows, axis=1)
    products = {}
    for lag in half_of(lags) if rows is None else lags:
        for row_class in _classes_at(lag, problem.axes, problem.side):
            along = zip(row_class, lag, problem.axes, strict=True)
            here = [_slice_of_taps(c, d, axis, problem.side) for c, d, axis in along]
            there = [slice(s.start + d, s.stop + d, s.step) for s, d in zip(here, lag, strict=True)]
            products[row_class, lag] = _product_at(chosen, problem.taps, here, there)
    return products


def mirrored(key: Key, problem: GramProblem) -> Key:
    """Returns class and lag of the transposed product."""
    row_class, lag = key
    back = tuple(-d for d in lag)
    if problem.side == "rows":
        return row_class, back
    steps = (axis.step for axis in problem.axes)
    return tuple((c + d) % s for c, d, s in zip(row_class, lag, steps, strict=True)), back


def pairs_of_taps(axes: list[KernelAxis], side: Side) -> int:
    """Returns the number of products of two taps that `lag_products` adds up."""
    return sum(
        math.prod(
            len(range(*_slice_of_taps(c, d, axis, side).indices(axis.size)))
            for c, d, axis in zip(row_class, lag, axes, strict=True)
        )
        for lag in half_of(all_lags([axis.size for axis in axes]))
        for row_class in _classes_at(lag, axes, side)
    )


def number_of_products(axes: list[KernelAxis], side: Side) -> int:
    """Returns the number of matrix products in `lag_products`."""
    lags = half_of(all_lags([axis.size for axis in axes]))
    return sum(len(_classes_at(lag, axes, side)) for lag in lags)


def _classes_at(lag: Lag, axes: list[KernelAxis], side: Side) -> list[RowClass]:
    """The classes with a pair of taps at this lag."""
    along = [_classes_along(d, axis, side) for d, axis in zip(lag, axes, strict=True)]
    return list(product(*along))


def _classes_along(d: int, axis: KernelAxis, side: Side) -> list[int]:
    first, last = max(0, -d), min(axis.size, axis.size - d) - 1
    if side == "rows":
        return [0] if d % axis.step == 0 else []
    return sorted({p % axis.step for p in range(first, last + 1)})


def _slice_of_taps(row_class: int, d: int, axis: KernelAxis, side: Side) -> slice:
    """The taps p of the class for which p + d is a tap too."""
    first, stop = max(0, -d), min(axis.size, axis.size - d)
    if side == "rows":
        return slice(first, stop, 1)
    first += (row_class - first) % axis.step
    return slice(first, stop, axis.step)


def _product_at(t: Tensor, u: Tensor, here: list[slice], there: list[slice]) -> Tensor:
    """Sums over taps and m of t[i, here, m] u[j, there, m]."""
    if any(taps > 1 for taps in t.shape[2:-1]):
        t = t[(slice(None), slice(None), *here)]
        u = u[(slice(None), slice(None), *there)]
    t = ops.reshape(t, (t.shape[0], t.shape[1], -1))
    u = ops.reshape(u, (u.shape[0], u.shape[1], -1))
    return ops.matmul(t, ops.transpose(u, (0, 2, 1)))
