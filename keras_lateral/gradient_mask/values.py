"""What of a mask can change while a compiled function runs, as numbers that it reads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_lateral.gradient_mask.gaussian import gaussian_taps
from keras_lateral.gradient_mask.settings import GradientMaskSettings
from keras_lateral.keras_tools.arguments import Tensor

RANKS = 3
"""A map has at most so many spatial axes."""

ROUND_OFF = 32 * float(np.finfo("float32").eps)
"""Differences in delta up to this share of (sum of |LoG|) * (maximum of N) are rounding."""


class MaskValues(NamedTuple):
    """Sigma as the filter that it makes, the threshold, and whether the mask acts.

    Args:
        taps: Float32, `(2, size)`: the Gaussian g, and its second derivative d.
        rounding: For one, two and three axes, the share of the largest norm up to which
            differences in delta are rounding: `ROUND_OFF` times a bound of the sum of |LoG|.
        threshold: Scalar.
        enabled: Boolean scalar.
    """

    taps: Tensor
    rounding: Any
    threshold: Any
    enabled: Any


def values_of(settings: GradientMaskSettings, enabled: bool = True) -> MaskValues:
    """Returns the values of a mask's settings, as NumPy arrays and numbers."""
    g, d = gaussian_taps(settings.sigma, settings.size, settings.zero_sum)
    sums = [n * np.abs(d).sum() * g.sum() ** (n - 1) for n in range(1, RANKS + 1)]
    rounding = (ROUND_OFF * np.array(sums)).astype("float32")
    taps = np.stack([g, d]).astype("float32")
    return MaskValues(taps, rounding, settings.threshold, enabled)


def as_numbers(values: MaskValues) -> list[float]:
    """Returns all values in a row, for a variable to keep."""
    scalars = [float(values.threshold), float(values.enabled)]
    return [*scalars, *map(float, values.rounding), *map(float, values.taps.ravel())]


def from_numbers(numbers: Tensor) -> MaskValues:
    """Returns the values that a variable keeps, a float32 vector.

    Example:

    >>> values = values_of(GradientMaskSettings(sigma=1.5))
    >>> kept = from_numbers(ops.array(as_numbers(values), "float32"))
    >>> bool(ops.all(kept.taps == values.taps)), bool(kept.enabled)
    (True, True)
    """
    threshold, enabled, *rest = ops.unstack(numbers, num=numbers.shape[0])
    taps = ops.reshape(numbers[2 + RANKS :], (2, -1))
    return MaskValues(taps, rest[:RANKS], threshold, enabled > 0)
