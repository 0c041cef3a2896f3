"""A picture of what one unit sees of an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.ops.receptive_field import ReceptiveField
from keras_lateral.plots.image_panel import draw_box, drawable
from keras_lateral.plots.matplotlib_figure import new_figure

FIELD = "#D55E00"
OUTSIDE = "#e4e4e4"


def plot_receptive_field(
    image: Any, field: ReceptiveField, position: Sequence[int]
) -> tuple[Any, Any]:
    """Draws the receptive field of one unit on an image.

    The cross is the field's middle. What of the field lies beyond the image, where the unit sees
    padding, is drawn on hatched ground, and its share is told below.

    Args:
        image: Array of shape `(height, width)`, or `(height, width, channels)` with one or three
            channels, of any range.
        field: The `ReceptiveField` of the unit's layer.
        position: The unit's row and column in the layer's map; `()` for a layer without one.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If the image cannot be drawn, or the field has not two axes.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import plot_receptive_field, receptive_fields
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> field = receptive_fields(model)["conv"]
    >>> figure, axes = plot_receptive_field(np.zeros((8, 8)), field, position=(2, 0))
    >>> axes.get_title(), axes.get_xlabel()
    ('unit (2, 0) sees 3 x 3 pixels', 'rows 2 to 4, columns 0 to 2')
    """
    pixels = drawable(image)
    rows, columns = pixels.shape[:2]
    region = _region(field, position, (rows, columns))
    (top, bottom), (left, right) = region
    seen_rows = (min(top, 0), max(bottom, rows - 1))
    seen_columns = (min(left, 0), max(right, columns - 1))
    tall = (seen_rows[1] - seen_rows[0] + 1) / (seen_columns[1] - seen_columns[0] + 1)
    figure, ((axes,),) = new_figure(1, 1, (4.8, 4.2 * min(max(tall, 0.3), 2) + 1.2))
    axes.imshow(pixels, cmap="gray", interpolation="nearest", zorder=1)
    _show_outside(axes, seen_rows, seen_columns)
    draw_box(axes, region, edgecolor=FIELD, linewidth=2.2, clip_on=False, zorder=4)
    axes.plot((left + right) / 2, (top + bottom) / 2, "+", markersize=11, color=FIELD)
    unit = f"unit ({', '.join(map(str, position))})" if len(position) else "each unit"
    axes.set_title(f"{unit} sees {bottom - top + 1} x {right - left + 1} pixels")
    besides = "\nand the whole image besides" if field.whole and any(field.stride) else ""
    axes.set_xlabel(_where(region, (rows, columns)) + besides)
    return figure, axes


def _region(
    field: ReceptiveField, position: Sequence[int], image: Sequence[int]
) -> Sequence[tuple[int, int]]:
    if not any(field.stride) and len(field.size) == 2:
        return [(0, length - 1) for length in image]
    if len(field.size) != 2 or len(position) != 2:
        raise ValueError(
            "Invalid value for argument `field`. Expected a field of two axes and a position of "
            f"two indices. Received: field={field}, position={position}"
        )
    return field.region(position)


def _show_outside(axes: Any, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """Widens the view to these pixels, with hatched ground where there is no image."""
    draw_box(
        axes,
        (rows, columns),
        facecolor=OUTSIDE,
        edgecolor="white",
        fill=True,
        hatch="///",
        zorder=0,
    )
    axes.set_xlim(columns[0] - 0.5, columns[1] + 0.5)
    axes.set_ylim(rows[1] + 0.5, rows[0] - 0.5)


def _where(region: Sequence[tuple[int, int]], image: Sequence[int]) -> str:
    (top, bottom), (left, right) = region
    text = f"rows {top} to {bottom}, columns {left} to {right}"
    on_image = [
        max(0, min(last, length - 1) - max(first, 0) + 1) / (last - first + 1)
        for (first, last), length in zip(region, image, strict=True)
    ]
    outside = 1 - float(np.prod(on_image))
    return f"{text}\n{100 * outside:.2g} % of it lies beyond the image" if outside else text
