"""V = W^T W or W W^T of a convolution far from all borders, as one small matrix for each lag.

A stride s turns s pixels into channels (`phases`), so that along each axis

    output q reads by a the pixels a + q        V[lag] = sum_a th[a] th[a + lag]^T

and V has as many lags as th[a] meets itself at. V[-lag] is V[lag]^T, so half of them are kept.
A dilation with no divisor in common with the stride makes copies of the operator without dilation;
what divisor they have makes copies of both. Each axis is as with stride `step` and no dilation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_lateral.frame.bounds.layer_operator import LayerOperator
from keras_lateral.frame.bounds.phases import split_taps
from keras_lateral.frame.gram.lag_products import all_lags, half_of
from keras_lateral.keras_tools.arguments import Side


@dataclass(frozen=True)
class LagGram:
    """V at one lag of each pair lag, -lag; the lag 0 is the first.

    Args:
        lags: Int array (lags, axes).
        entries: Float64 array (lags, groups, rows, rows).
    """

    lags: np.ndarray
    entries: np.ndarray

    def at_frequencies(self, j: np.ndarray, grid: Sequence[int]) -> np.ndarray:
        """Returns V(w) = sum over all lags of V[lag] exp(i w lag), at w = 2 pi j / grid.

        Args:
            j: Int array (frequencies, axes).
            grid: Frequencies along each axis.

        Returns:
            Complex array (frequencies, groups, rows, rows), or a float one if all w are 0 or pi.
        """
        lengths = np.array(grid, int)
        turns = 2 * np.pi * ((j[:, None] * self.lags % lengths) / lengths).sum(-1)
        real = np.tensordot(np.cos(turns), self._even, 1)
        if not (2 * j % lengths).any():
            return real
        v = np.empty(real.shape, complex)
        v.real = real
        v.imag = np.tensordot(np.sin(turns), self._odd, 1)
        return v

    def absolute_sums(self) -> np.ndarray:
        """Returns the sum over all lags of |V[lag]|, array (groups, rows, rows)."""
        sizes = np.abs(self.entries[1:]).sum(0)
        return np.abs(self.entries[0]) + sizes + np.swapaxes(sizes, -1, -2)

    @cached_property
    def _even(self) -> np.ndarray:
        """V[lag] + V[-lag], and V[0] once."""
        even = self.entries + np.swapaxes(self.entries, -1, -2)
        even[0] /= 2
        return even

    @cached_property
    def _odd(self) -> np.ndarray:
        """V[lag] - V[-lag]."""
        return self.entries - np.swapaxes(self.entries, -1, -2)


def lag_gram(operator: LayerOperator, side: Side) -> LagGram:
    """Returns V of a convolution.

    Args:
        operator: The convolution.
        side: Side of the convolution: `"columns"` for W^T W, `"rows"` for W W^T.
    """
    th = split_taps(operator.taps, [axis.step for axis in operator.axes])
    if side == "rows":
        th = np.swapaxes(th, -1, -2)
    steps = th.shape[1:-2]
    lags = half_of(all_lags(list(steps)))
    entries = [_products(th, lag) for lag in lags]
    return LagGram(np.array(lags, int).reshape(len(lags), len(steps)), np.stack(entries))


def _products(th: np.ndarray, lag: tuple[int, ...]) -> np.ndarray:
    """Sum over a and o of th[a, i, o] th[a + lag, j, o], array (groups, i, j)."""
    lengths = th.shape[1:-2]
    first = [slice(max(0, -d), n - max(0, d)) for d, n in zip(lag, lengths, strict=True)]
    other = [slice(max(0, d), n - max(0, -d)) for d, n in zip(lag, lengths, strict=True)]
    left, right = (
        np.moveaxis(th[(slice(None), *place)], -2, 1).reshape(len(th), th.shape[-2], -1)
        for place in (first, other)
    )
    return left @ np.swapaxes(right, 1, 2)
