"""Names for the arguments that every room shares."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Tensor = Any
"""A tensor of the active Keras backend."""

Shape = tuple[int | None, ...]
"""Axis lengths in elements; `None` where a length is known only when data arrives."""

DataFormat = Literal["channels_last", "channels_first"]
ThresholdMode = Literal["absolute", "mean", "max", "quantile"]
Inhibition = Literal["log", "norm"]
InhibitionPadding = Literal["reflect", "zeros"]
FeatureSets = int | Literal["channels"]
Scope = Literal["all", "weights"]


class GradientMaskArguments(TypedDict, total=False):
    """The keywords of a gradient mask; `ops.GradientMaskSettings` documents them."""

    sigma: Any
    feature_sets: FeatureSets
    threshold: Any
    threshold_mode: ThresholdMode
    inhibition: Inhibition
    inhibition_size: int | None
    inhibition_padding: InhibitionPadding
    zero_sum: bool
