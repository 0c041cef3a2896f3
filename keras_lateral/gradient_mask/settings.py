"""The validated settings of a gradient mask, and as numbers that a compiled function reads."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_lateral.gradient_mask.gaussian import gaussian_taps, inhibition_size_for
from keras_lateral.keras_tools.arguments import (
    FeatureSets,
    Inhibition,
    InhibitionPadding,
    Tensor,
    ThresholdMode,
    check_choice,
    check_odd,
    check_sigma,
    plain_number,
)

_HIGHEST_THRESHOLD = {"absolute": math.inf, "mean": math.inf, "max": 1.0, "quantile": 1.0}


@dataclass(frozen=True)
class GradientMaskSettings:
    """The arguments of a gradient mask, validated.

    Args:
        sigma: Standard deviation of the Laplacian of Gaussian, in pixels of the map.
        feature_sets: K, the number of equal, disjoint sets that the channels are split into.
            All channels of a set share one mask. `"channels"` makes every channel its own set,
            which is the paper's ablation "without minicolumns".
        threshold: eps of eq. 2; `threshold_mode` sets its unit. 0 lets every gradient pass.
        threshold_mode: `"absolute"`: positions with |delta| >= `threshold` pass, as printed in
            the paper. It is measured in the gradient's own unit, which depends on batch size
            and loss scale. The others do not: `"mean"` and `"max"` compare with `threshold`
            times the mean or maximum of |delta| over the map, `"quantile"` stops the given share
            of positions; all of them separately for every sample and feature set.
        inhibition: `"log"` thresholds the Laplacian of Gaussian of the norms (lateral
            inhibition); `"norm"` the norms themselves, the paper's ablation.
        inhibition_size: Side of the Laplacian of Gaussian's kernel in pixels, odd. Defaults to a
            radius of at least 3 `sigma`.
        inhibition_padding: `"reflect"` mirrors the map at its border, so that the border itself
            makes no contrast; `"zeros"` puts zeros around it.
        zero_sum: Whether the kernel's second derivatives are made to sum to 0 after sampling
            and cutting. `False` is the closed form of eq. 1.

    Raises:
        ValueError: If a value is out of its range.

    Example:

    >>> GradientMaskSettings(sigma=1.5).size
    11
    """

    sigma: Any = 1.0
    feature_sets: FeatureSets = 1
    threshold: Any = 0.1
    threshold_mode: ThresholdMode = "mean"
    inhibition: Inhibition = "log"
    inhibition_size: int | None = None
    inhibition_padding: InhibitionPadding = "reflect"
    zero_sum: bool = True
    size: int = field(init=False, repr=False)
    """The kernel's side, `inhibition_size` or its default."""

    def __post_init__(self) -> None:
        check_choice("threshold_mode", self.threshold_mode, ThresholdMode)
        check_choice("inhibition", self.inhibition, Inhibition)
        check_choice("inhibition_padding", self.inhibition_padding, InhibitionPadding)
        check_sigma(self.sigma)
        check_threshold(self.threshold, self.threshold_mode)
        _check_feature_sets(self.feature_sets)
        if self.inhibition_size is not None:
            check_odd("inhibition_size", self.inhibition_size)
        for name in ("sigma", "feature_sets", "threshold", "inhibition_size", "zero_sum"):
            object.__setattr__(self, name, plain_number(getattr(self, name)))
        size = inhibition_size_for(self.sigma) if self.inhibition_size is None else None
        object.__setattr__(self, "size", size or self.inhibition_size)
        if self.inhibition == "log":
            warn_without_surround(self.sigma, self.size)


def check_threshold(threshold: Any, mode: ThresholdMode) -> None:
    """Raises if `threshold` is out of the range of `mode`."""
    highest = _HIGHEST_THRESHOLD[mode]
    if not isinstance(threshold, Real) or not 0 <= float(threshold) <= highest:
        expected = "0 or above" if highest == math.inf else f"from 0 to {highest:g}"
        raise ValueError(
            "Invalid value for argument `threshold`. Expected a number "
            f"{expected} with threshold_mode={mode!r}. Received: threshold={threshold}"
        )


def warn_without_surround(sigma: float, size: int) -> None:
    """Warns when a kernel of `size` is too small for its positive surround."""
    if size < inhibition_size_for(sigma):
        warnings.warn(
            f"A Laplacian of Gaussian with sigma={sigma:g} cut to inhibition_size={size} pixels "
            "loses its surround or a part of it, and blurs rather than inhibits. "
            f"Use inhibition_size={inhibition_size_for(sigma)} or larger, or a smaller "
            "sigma.",
            UserWarning,
            stacklevel=4,
        )


def _check_feature_sets(feature_sets: object) -> None:
    if feature_sets == "channels":
        return
    if not isinstance(feature_sets, Integral) or isinstance(feature_sets, bool) or feature_sets < 1:
        raise ValueError(
            "Invalid value for argument `feature_sets`. Expected a positive integer that divides "
            f'the channels, or "channels". Received: feature_sets={feature_sets!r}'
        )


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
