"""A picture of gradient-flow sensitivity, and of how much of it masks keep."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_lateral.figure import (
    Drawing,
    drawable,
    hatch_ground,
    new_figure,
    without_ticks,
)
from keras_lateral.gradient_mask.gradient_flow_record import (
    GradientFlowSensitivity,
    LayerGradientFlow,
)

TITLES = {
    "input": "input",
    "gradient": r"gradient $\sum_c |g|$",
    "sensitivity": r"sensitivity $\sum_c |\Delta g|$",
    "kept_sensitivity": "kept by the mask",
}
WIDTH, HEIGHT = 2.4, 2.1
"""Inches of one panel."""


def plot_gradient_flow_sensitivity(
    record: GradientFlowSensitivity, images: Any = None, *, sample: int = 0
) -> Drawing:
    """Draws one sample's gradient, its sensitivity and what a mask keeps, one row per layer.

    From left to right: the input; the sum over channels of |g|; the sensitivity; and, where there
    are masks, the part of it that passes, on the same scale, hatched where nothing does. Below are
    the shares that the mask keeps over all samples.

    Args:
        record: The record that `gradient_flow_sensitivity` returns.
        images: The batch that it was measured on, channels last: array of shape `(samples, height,
            width)` or `(samples, height, width, channels)` with one or three channels. `None`
            leaves the column out.
        sample: Index of the sample.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes with a row per layer.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such sample, or the image's shape cannot be drawn.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import GradientFlowSensitivity, LayerGradientFlow
    >>> from keras_lateral import plot_gradient_flow_sensitivity
    >>> s = np.random.default_rng(0).exponential(size=(2, 6, 6))
    >>> record = GradientFlowSensitivity((LayerGradientFlow("conv", s, s),))
    >>> figure, axes = plot_gradient_flow_sensitivity(record, np.zeros((2, 6, 6)))
    >>> axes.shape
    (1, 3)
    """
    samples = len(record.layers[0].sensitivity)
    if not 0 <= sample < samples:
        raise ValueError(
            f"Invalid value for argument `sample`. Expected 0 to {samples - 1}. "
            f"Received: sample={sample}"
        )
    masked = any(layer.kept_sensitivity is not None for layer in record.layers)
    kinds = ["input"] * (images is not None) + ["gradient", "sensitivity"]
    kinds += ["kept_sensitivity"] * masked
    size = (WIDTH * len(kinds), HEIGHT * len(record.layers) + 0.3)
    figure, axes = new_figure(len(record.layers), len(kinds), size)
    for layer, row in zip(record.layers, axes, strict=True):
        panels = dict(zip(kinds, row, strict=True))
        if images is not None:
            panels.pop("input").imshow(drawable(images[sample]), cmap="gray")
        for kind, panel in panels.items():
            _draw(figure, panel, layer, kind, sample)
        for panel in row:
            without_ticks(panel)
        height, width = layer.sensitivity.shape[1:]
        row[0].set_ylabel(f"{layer.name}\n{height} x {width}")
    for kind, panel in zip(kinds, axes[0], strict=True):
        panel.set_title(TITLES[kind], pad=16)  # above the powers of ten of the colour bars
    return Drawing(figure, axes)


def _draw(figure: Any, panel: Any, layer: LayerGradientFlow, kind: str, sample: int) -> None:
    values = getattr(layer, kind)
    if values is None:
        panel.set_axis_off()
        return
    top = layer.gradient if kind == "gradient" else layer.sensitivity
    kept = kind == "kept_sensitivity"
    shown = np.ma.masked_equal(values[sample], 0.0) if kept else values[sample]
    drawn = panel.imshow(
        shown, cmap="magma", vmin=0, vmax=float(top[sample].max()) or 1.0, interpolation="nearest"
    )
    hatch_ground(panel)  # shows where nothing passes
    if kept:
        panel.set_xlabel(
            f"{100 * layer.sensitivity_kept:.0f} % of it at\n"
            f"{100 * layer.positions_kept:.0f} % of positions",
            fontsize="small",
        )
        return
    bar = figure.colorbar(drawn, ax=panel, fraction=0.046, pad=0.03)
    bar.formatter.set_powerlimits((-2, 3))
    bar.ax.tick_params(labelsize="x-small")
    bar.ax.yaxis.get_offset_text().set_size("x-small")
    bar.ax.yaxis.set_offset_position("left")
