"""Pictures of receptive fields: along a model's depth, and on an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import (
    ON_IMAGE,
    Drawing,
    draw_box,
    drawable,
    framed,
    line_style,
    new_figure,
    outlined,
)
from keras_lateral.receptive_field.field import ReceptiveField

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}

MOST_NAMES = 40
"""With up to this many layers the axis names each; beyond, only those that change the stride."""

WHOLE = "#e4e4e4"


def plot_receptive_field_growth(fields: Mapping[str, ReceptiveField]) -> Drawing:
    """Draws the size of the receptive fields along a model's depth.

    A line for each spatial axis, or one where they agree everywhere. Dotted lines mark where the
    stride changes, with the new stride above. A grey band marks layers that see the whole image;
    they have no point, except where only a side path sees it, as in squeeze and excitation. Layers
    of parallel paths follow one another, so a shortcut's smaller field is a dip.

    Args:
        fields: The mapping that `receptive_fields` returns, from layer names to `ReceptiveField`.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no layer, or the layers do not share the same one to three axes.

    Example:

    >>> import keras
    >>> from keras_lateral import plot_receptive_field_growth, receptive_fields
    >>> model = keras.Sequential([keras.Input((32, 32, 3))])
    >>> for _ in range(3):
    ...     model.add(keras.layers.Conv2D(4, 3))
    >>> figure, axes = plot_receptive_field_growth(receptive_fields(model))
    >>> axes.get_lines()[0].get_ydata().tolist()
    [1.0, 3.0, 5.0, 7.0]
    """
    names, of_layers = list(fields), list(fields.values())
    if {len(field.size) for field in of_layers} not in ({1}, {2}, {3}):
        raise ValueError(
            "Invalid value for argument `fields`. Expected at least one layer, and one to three "
            f"spatial axes, the same for all. Received: fields={fields}"
        )
    sizes = _sizes(of_layers)
    width = min(max(6.4, 0.28 * len(names)), 11)
    figure, ((axes,),) = new_figure(1, 1, (width, 4.6))
    labels = ("each axis",) if _agree(sizes) else AXES[len(sizes)]
    for number, (label, line) in enumerate(zip(labels, sizes, strict=False)):
        axes.plot(line, marker=".", label=label, **line_style(number))
    for place in np.flatnonzero([field.whole for field in of_layers]):
        axes.axvspan(place - 0.5, place + 0.5, color=WHOLE, zorder=0, label="_")
    _name_layers(axes, names, _mark_strides(axes, of_layers))
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("size of the receptive field in pixels")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="upper left", frameon=False)
    return Drawing(figure, axes)


def _sizes(fields: Sequence[ReceptiveField]) -> np.ndarray:
    """Returns the sizes, float64 array of shape `(axes, layers)`, NaN where there is none."""
    pairs = [zip(field.size, field.stride, strict=True) for field in fields]
    return np.array(
        [[size if step else np.nan for size, step in layer] for layer in pairs], "float64"
    ).T


def _agree(sizes: np.ndarray) -> bool:
    return all(np.array_equal(sizes[0], other, equal_nan=True) for other in sizes[1:])


def _name_layers(axes: Any, names: Sequence[str], changes: Sequence[int]) -> None:
    named = range(len(names)) if len(names) <= MOST_NAMES else changes
    axes.set_xticks(named, [names[place] for place in named], rotation=90, fontsize="small")
    axes.set_xlabel("layer, from the input to the output")


def _mark_strides(axes: Any, fields: Sequence[ReceptiveField]) -> list[int]:
    """Draws a line where the stride differs from the layer before, and returns where."""
    changes, words, before = [], [], None
    for place, field in enumerate(fields):
        if not all(field.stride) or field.stride == before:
            continue
        if before is not None or any(step != 1 for step in field.stride):
            changes.append(place)
            same = len(set(field.stride)) == 1
            words.append(" x ".join(map(str, field.stride[:1] if same else field.stride)))
        before = field.stride
    for place in changes:
        axes.axvline(place, color="0.6", linestyle=":", linewidth=1, zorder=0)
    if changes:
        above = axes.secondary_xaxis("top")
        above.set_xticks(changes, words, fontsize="small")
        above.set_xlabel("stride from here on")
    return changes


OUTSIDE = "#e4e4e4"


def plot_receptive_field(image: Any, field: ReceptiveField, position: Sequence[int]) -> Drawing:
    """Draws the receptive field of one unit on an image.

    The cross is the field's middle. The part of the field beyond the image, where the unit sees
    padding, is drawn on a hatched background, and its share is given below.

    Args:
        image: Array of shape `(height, width)`, or `(height, width, channels)` with one or three
            channels, of any range.
        field: The `ReceptiveField` of the unit's layer.
        position: The unit's row and column in the layer's map; `()` for a layer without one.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If the image cannot be drawn, or the field does not have two axes.

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
    draw_box(axes, region, edgecolor=ON_IMAGE, clip_on=False, zorder=4, **outlined(2.2))
    axes.plot(
        (left + right) / 2, (top + bottom) / 2, "+", markersize=11, color=ON_IMAGE, **outlined(1.6)
    )
    framed(axes)
    unit = f"unit ({', '.join(map(str, position))})" if len(position) else "each unit"
    axes.set_title(f"{unit} sees {bottom - top + 1} x {right - left + 1} pixels")
    also = "\nand also the whole image" if field.whole and any(field.stride) else ""
    axes.set_xlabel(_where(region, (rows, columns)) + also)
    return Drawing(figure, axes)


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
    """Widens the view to these pixels, hatched where there is no image."""
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
