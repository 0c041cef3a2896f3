"""Two rows of panels joined by arrows: the forward pass above, the backward pass below."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_lateral.figure import Drawing, new_figure, without_ticks

WIDTH, HEIGHT = 1.75, 1.95
"""Inches of one panel."""
BLUE, ORANGE = "#0072B2", "#D55E00"


def two_passes(columns: int) -> Drawing:
    """Returns a figure with a row of empty panels for each pass."""
    figure, axes = new_figure(2, columns, (WIDTH * columns, 2 * HEIGHT))
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
    for panel in axes.flat:
        without_ticks(panel)
    axes[0, 0].set_ylabel("forward", fontsize="large", color=BLUE)
    axes[1, 0].set_ylabel("backward", fontsize="large", color=ORANGE)
    for forward, backward in zip(axes[0, 1:], axes[1, 1:], strict=True):
        arrow(forward, BLUE)
        arrow(backward, ORANGE, backwards=True)
    return Drawing(figure, axes)


def arrow(panel: Any, colour: str, *, backwards: bool = False) -> None:
    """Draws an arrow between a panel and the one to its left."""
    ends = [(-0.02, 0.5), (-0.2, 0.5)]
    head, tail = ends[::-1] if backwards else ends
    style = {"arrowstyle": "-|>", "color": colour, "lw": 2, "mutation_scale": 14}
    panel.annotate(
        "", head, tail, xycoords="axes fraction", textcoords="axes fraction", arrowprops=style
    )


def draw_map(panel: Any, values: np.ndarray, title: str, **style: Any) -> None:
    """Draws an image or a map with its title."""
    panel.imshow(values, interpolation="nearest", **({"cmap": "gray"} | style))
    panel.set_title(title, fontsize="medium")


def draw_signed(panel: Any, values: np.ndarray, title: str, top: float | None = None) -> None:
    """Draws values of both signs, 0 white."""
    top = top or float(np.abs(values).max()) or 1.0
    draw_map(panel, values, title, cmap="RdBu_r", vmin=-top, vmax=top, aspect="auto")


def write(panel: Any, text: str) -> None:
    """Puts words where a panel has no picture."""
    panel.set_axis_off()
    panel.text(0.5, 0.5, text, ha="center", va="center", transform=panel.transAxes)


def as_matrix(kernel: Any) -> np.ndarray:
    """Returns a kernel as a matrix with a column for each output."""
    kernel = np.asarray(kernel)
    return kernel.reshape(-1, kernel.shape[-1])
