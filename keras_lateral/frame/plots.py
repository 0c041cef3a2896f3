"""A picture of the squared singular values of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import COLOURS, DASHES, Drawing, new_figure
from keras_lateral.frame.bounds.record import FrameBounds, FrameBoundsReport, borders_of

FLOOR = 1e-8
"""Values below this share of the largest are drawn at it."""

MOST_NAMES = 10
"""Up to this many layers a legend names each; beyond that, a colour bar counts them."""


def plot_frame_spectrum(bounds: FrameBounds | FrameBoundsReport) -> Drawing:
    """Draws the squared singular values of one layer or of several, from A to B.

    A tight frame is a level line. For one layer the bounds that Gershgorin's theorem certifies
    are drawn beside the true ones, where they are above 0. Layers of which only A and B are known
    have two marks.

    Args:
        bounds: The record that `frame_bounds` returns for a layer or a model.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.

    Example:

    >>> import keras
    >>> from keras_lateral import frame_bounds, plot_frame_spectrum
    >>> conv = keras.layers.Conv2D(8, 3, name="conv")
    >>> conv.build((None, 16, 16, 4))
    >>> figure, axes = plot_frame_spectrum(frame_bounds(conv))
    >>> axes.get_yscale(), axes.get_title()
    ('log', 'squared singular values of conv, circular borders')
    """
    layers = bounds.layers if isinstance(bounds, FrameBoundsReport) else (bounds,)
    figure, ((axes,),) = new_figure(1, 1, (6.4, 4.4))
    colours = _colours(len(layers))
    floor = FLOOR * max(layer.upper for layer in layers)
    for place, (layer, colour) in enumerate(zip(layers, colours, strict=True)):
        values = np.maximum(layer.spectrum or (layer.lower, layer.upper), floor)
        dashes = {"linestyle": DASHES[place % len(DASHES)]}
        style = dashes if layer.spectrum else {"linestyle": "none", "marker": "o"}
        shares = np.linspace(0, 100, len(values))
        axes.plot(shares, values, color=colour, label=layer.name, **style)
    if isinstance(bounds, FrameBounds):
        _draw_bounds(axes, bounds, floor)
    axes.set_yscale("log")
    axes.set_xlabel("singular values up to here, in %")
    axes.set_ylabel("squared singular value")
    axes.grid(alpha=0.3)
    axes.set_title(_title(layers))
    _name_layers(figure, axes, layers)
    return Drawing(figure, axes)


def _draw_bounds(axes: Any, bounds: FrameBounds, floor: float) -> None:
    lines = {
        "A and B": (bounds.lower, bounds.upper, {"color": COLOURS[0], "linestyle": "--"}),
        "certified by row sums": (
            bounds.gershgorin_lower,
            bounds.gershgorin_upper,
            {"color": COLOURS[1], "linestyle": ":"},
        ),
        "certified after scaling": (
            bounds.scaled_lower,
            bounds.scaled_upper,
            {"color": COLOURS[1], "linestyle": "-."},
        ),
    }
    for label, (lower, upper, style) in lines.items():
        axes.axhline(upper, label=label, **style)
        if lower > floor:
            axes.axhline(lower, **style)


def _name_layers(figure: Any, axes: Any, layers: Sequence[FrameBounds]) -> None:
    if len(layers) <= MOST_NAMES:
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
        return
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    scale = ScalarMappable(Normalize(1, len(layers)), ListedColormap(_colours(len(layers))))
    figure.colorbar(scale, ax=axes, label="layer, from the input to the output")


def _colours(number: int) -> list[Any]:
    """A colour for each layer, from dark to bright, or blue for a single one."""
    from matplotlib import colormaps

    if number == 1:
        return [COLOURS[0]]
    return [colormaps["viridis"](0.85 * place) for place in np.linspace(0, 1, number)]


def _title(layers: Sequence[FrameBounds]) -> str:
    of = layers[0].name if len(layers) == 1 else f"{len(layers)} layers"
    return f"squared singular values of {of}, {borders_of(layers)}"
