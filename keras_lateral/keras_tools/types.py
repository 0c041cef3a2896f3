"""Types of the arguments that all packages share."""

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
    """The keywords of a gradient mask; `GradientMaskSettings` documents them."""

    sigma: Any
    feature_sets: FeatureSets
    threshold: Any
    threshold_mode: ThresholdMode
    inhibition: Inhibition
    inhibition_size: int | None
    inhibition_padding: InhibitionPadding
    zero_sum: bool


KernelKind = Literal["dense", "convolution", "depthwise", "transposed"]
"""How to read a kernel's axes; `KernelGeometry` documents them."""

Borders = Literal["circular", "zeros"]
"""What lies around a map: its other end, or zeros."""

Side = Literal["columns", "rows"]
"""`"columns"`: V = W^T W, a row of V for each input. `"rows"`: V = W W^T, one for each output."""

GramMethod = Literal["auto", "shifts", "fourier", "pairs"]

Padding = Literal["valid", "same", "causal"]
"""Zeros around a layer's map, as set by its argument `padding`."""

SelfPadding = Literal["full", "published"]
"""How far a kernel is shifted against itself in `ops.orthogonal_convolution`."""
