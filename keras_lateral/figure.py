"""Figures that open no window and depend on no global state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np


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


def without_ticks(panel: Any) -> None:
    """Removes the ticks of a panel."""
    panel.set_xticks([])
    panel.set_yticks([])


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
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib, which is not installed. Run "
            '`pip install "keras-lateral[plots]"`.'
        ) from error
    figure = Figure(figsize=size, layout="constrained")
    # IPython can show a figure only once pyplot is imported; it also looks for this method.
    vars(figure)["_repr_png_"] = partial(png_of, figure)
    return figure, figure.subplots(rows, columns, squeeze=False)
