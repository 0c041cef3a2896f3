"""Figures that open no window and depend on no global state, and the one style they share.

Categories differ in lightness as well as in hue, and where they are lines also in their dashes or
markers, so that a figure can be read in grey and with any colour vision. Maps of amounts are magma,
or shades of red on an image; maps with a sign are red and blue, with dots on the blue.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from keras_lateral.extras import install_command

COLOURS = ("#0F4886", "#DB5109", "#16AFFE", "#1F7680", "#602407", "#1FA672", "#3345DB")
"""Colours of categories, in their order. Any two of them, and black, differ in lightness (L* of
CIELAB, 0 to 100) by `LIGHTNESS_APART`, the first three by twice as much; and by 30 units of CIELAB
in all, as people see them who see all colours, no red or no green."""

LIGHTNESS_APART = 7.0

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")
DASHES = ("-", "--", "-.", ":")

SIGNED = "RdBu"
"""The colour map of values with a sign: red below 0, white at 0, blue above."""

ON_IMAGE = COLOURS[0]
"""For lines on an image, with `outlined`: dark, with a light edge."""

OPEN = {"axes.spines.top": False, "axes.spines.right": False}
"""Axes of curves have two sides; `framed` gives those of images all four."""

MOST_DOTS = 24
"""Dots along each side of a map, at most."""


def category_style(place: int) -> dict[str, Any]:
    """Returns the colour, dashes and marker of a category of a plot of lines.

    Args:
        place: Its place among the categories, from 0. The first 308 differ.

    Example:

    >>> category_style(1)
    {'color': '#DB5109', 'linestyle': '--', 'marker': 's'}
    """
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }


def line_style(place: int) -> dict[str, Any]:
    """Returns the colour and dashes of a category of a plot of lines without markers."""
    return {key: value for key, value in category_style(place).items() if key != "marker"}


class Drawing(NamedTuple):
    """The pair `(figure, axes)` that a plot returns. A notebook shows it as a picture.

    Args:
        figure: A matplotlib figure.
        axes: Its axes: one, or an array of them.

    Example:

    >>> drawing = Drawing(*new_figure(1, 2, (4, 2)))
    >>> figure, axes = drawing
    >>> drawing.axes.shape, drawing
    ((1, 2), <Drawing: Figure(400x200)>)
    """

    figure: Any
    axes: Any

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.figure}>"

    def _repr_png_(self) -> bytes:
        """Returns what a notebook shows."""
        return png_of(self.figure)


def png_of(figure: Any) -> bytes:
    """Returns a figure as a PNG file, on its own background."""
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def drawable(image: Any) -> np.ndarray:
    """Returns one image as matplotlib draws it: from 0 to 1, grey ones without channels.

    Args:
        image: Array of shape `(height, width)`, or `(height, width, channels)` with one or three
            channels, of any range.

    Raises:
        ValueError: If it has another shape.
    """
    image = np.asarray(image, dtype="float64")
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2 and (image.ndim != 3 or image.shape[-1] != 3):
        raise ValueError(
            "Invalid value for argument `image`. Expected shape (height, width), or (height, "
            f"width, channels) with one or three channels. Received: shape={image.shape}"
        )
    low, high = image.min(), image.max()
    return (image - low) / ((high - low) or 1.0)


def faint(image: np.ndarray) -> np.ndarray:
    """Returns an image from `drawable` in light greys, on which colours stand out."""
    grey = image if image.ndim == 2 else image.mean(axis=-1)
    return 0.7 + 0.3 * grey


def draw_box(panel: Any, box: Sequence[tuple[int, int]], **style: Any) -> Any:
    """Draws the outer edge of a rectangle of pixels and returns it.

    Args:
        panel: A matplotlib axes in which `imshow` draws pixel (i, j) around (j, i).
        box: First and last row, first and last column.
        **style: Arguments of matplotlib's `Rectangle`.
    """
    from matplotlib.patches import Rectangle

    (top, bottom), (left, right) = box
    corner, width, height = (left - 0.5, top - 0.5), right - left + 1, bottom - top + 1
    return panel.add_patch(Rectangle(corner, width, height, **({"fill": False} | style)))


def outlined(width: float, color: str = "white") -> dict[str, Any]:
    """Returns the style of a line of this width that can be seen on any image."""
    from matplotlib.patheffects import Normal, Stroke

    return {
        "linewidth": width,
        "path_effects": [Stroke(linewidth=width + 1.6, foreground=color), Normal()],
    }


def dot_pixels(panel: Any, where: np.ndarray) -> None:
    """Draws dots on the pixels where a boolean map is true, a regular few on a large map.

    They tell the two ends of a signed colour map apart in grey, where both are dark.
    """
    step = -(-max(where.shape) // MOST_DOTS)
    grid = np.zeros_like(where)
    grid[step // 2 :: step, step // 2 :: step] = True
    rows, columns = np.nonzero(where & grid)
    panel.scatter(columns, rows, s=4, color="white", edgecolors="#333333", linewidths=0.4, zorder=2)


def hatch_ground(panel: Any) -> None:
    """Hatches what a panel shows where a map has no value, as no value of the map looks."""
    panel.set_facecolor("#8b8b8b")
    panel.patch.set(hatch="//////", edgecolor="#c8c8c8", linewidth=0)


def framed(panel: Any) -> None:
    """Draws all four sides of a panel's frame, as an image has them."""
    panel.spines[:].set_visible(True)


def without_ticks(panel: Any) -> None:
    """Removes the ticks of a panel, which shows an image, and frames it."""
    panel.set_xticks([])
    panel.set_yticks([])
    framed(panel)


def new_figure(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """Returns a figure and its axes, `rows` by `columns`.

    It belongs to the caller alone: nothing has to be closed, and no display is needed. A notebook
    shows it, whether pyplot was ever imported or not.

    Args:
        rows: Number of rows.
        columns: Number of columns.
        size: Width and height in inches.

    Returns:
        `(figure, axes)`, `axes` an array of shape `(rows, columns)`.

    Raises:
        ImportError: If matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            f"Plots need matplotlib, which is not installed. Run {install_command('plots')}."
        ) from error
    with rc_context(OPEN):
        figure = Figure(figsize=size, layout="constrained")
        # IPython can show a figure only once pyplot is imported; it also looks for this method.
        vars(figure)["_repr_png_"] = partial(png_of, figure)
        return figure, figure.subplots(rows, columns, squeeze=False)
