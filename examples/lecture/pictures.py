"""What the lecture draws on a blackboard, drawn by matplotlib: windows, steps and channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from by_hand import convolve, padded, pool, windows

from keras_lateral.figure import (
    COLOURS,
    Drawing,
    category_style,
    draw_box,
    new_figure,
    without_ticks,
)

WINDOW = {"edgecolor": COLOURS[1], "linewidth": 2.5}
RESULT = {"edgecolor": COLOURS[0], "linewidth": 2.5}
CELL, FONT = 0.2, 8
"""Side of a small cell in inches, and the size of its number in points."""


def draw_numbers(
    panel: Any, values: Any, left: float = 0.0, top: float = 0.0, *, shown: Any = True, **style: Any
) -> None:
    """Draws a table of numbers as square cells of side 1.

    Args:
        panel: A matplotlib axes.
        values: The numbers, `(rows, columns)`.
        left: Where the middle of the first cell is, from left to right.
        top: The same, from top to bottom.
        shown: Which numbers are written, of the same shape; by default all.
        **style: Arguments of matplotlib's `text`.
    """
    values = np.atleast_2d(values)
    written = np.broadcast_to(shown, values.shape)
    for i, j in np.ndindex(values.shape):
        x, y = left + j, top + i
        draw_box(panel, ((y, y), (x, x)), edgecolor="#bbbbbb", linewidth=0.8)
        if written[i, j]:
            panel.text(x, y, f"{values[i, j]:g}", ha="center", va="center", **style)


def _blackboard(panel: Any, rows: int, columns: int) -> None:
    """Makes room in a panel for so many cells, and removes all else."""
    panel.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal")
    without_ticks(panel)
    for side in panel.spines.values():
        side.set_visible(False)


def draw_line(x: np.ndarray, w: np.ndarray, y: np.ndarray) -> Drawing:
    """Draws a filter sliding along a line of numbers: a row for each step, in x and in the result.

    Args:
        x: The line.
        w: The filter.
        y: The result.
    """
    figure, axes = new_figure(len(y), 2, (8.0, 0.8 * len(y)))
    for i, (left, right) in enumerate(axes):
        _blackboard(left, 1, len(x))
        draw_numbers(left, x)
        draw_box(left, ((0, 0), (i, i + len(w) - 1)), **WINDOW)
        _blackboard(right, 1, len(y))
        draw_numbers(right, y, shown=np.arange(len(y)) <= i)
        draw_box(right, ((0, 0), (i, i)), **RESULT)
        right.set_title(_as_sum(x[i : i + len(w)], w, y[i]), fontsize="small", pad=3)
    return Drawing(figure, axes)


def _as_sum(window: np.ndarray, w: np.ndarray, total: float) -> str:
    terms = [f"{_signed(a)}·{_signed(b)}" for a, b in zip(window, w, strict=True)]
    return f"{' + '.join(terms)} = {total:g}"


def _signed(value: float) -> str:
    return f"({value:g})" if value < 0 else f"{value:g}"


def draw_steps(
    x: np.ndarray,
    w: np.ndarray | None = None,
    *,
    k: int = 2,
    padding: int = 0,
    stride: int = 1,
    columns: int = 3,
) -> Drawing:
    """Draws every step of a convolution, or without a filter of a max pooling.

    In each panel the window that is read is framed in the image, and the number that it gives in
    the result; results of later windows are still empty.

    Args:
        x: Image of shape `(rows, columns)`.
        w: The filter, or `None`: then the largest number of each k x k window is taken.
        k: Size of the window of a pooling, and its stride.
        padding: Rows and columns of zeros on each side.
        stride: How far the window moves.
        columns: Number of steps in a row of the figure.
    """
    k, stride = (k, k) if w is None else (len(w), stride)
    around = padded(x, padding)
    result = pool(x, k) if w is None else convolve(x, w, padding, stride)
    places = [(i, j) for i, j, _ in windows(around, k, stride)]
    rows, across = -(-len(places) // columns), around.shape[1] + 1 + result.shape[1]
    size = (CELL * (across + 1) * columns, CELL * (len(around) + 1) * rows)
    figure, axes = new_figure(rows, columns, size)
    right, middle = around.shape[1] + 1, (len(around) - len(result)) / 2
    for step, panel in enumerate(axes.flat):
        _blackboard(panel, len(around), across)
        if step < len(places):
            i, j = places[step]
            top, left = i * stride, j * stride
            _draw_padded(panel, x, padding)
            draw_box(panel, ((top, top + k - 1), (left, left + k - 1)), **WINDOW)
            done = np.arange(result.size).reshape(result.shape) <= step
            draw_numbers(panel, result, right, middle, shown=done, fontsize=FONT)
            draw_box(panel, ((middle + i, middle + i), (right + j, right + j)), **RESULT)
    return Drawing(figure, axes)


def _draw_padded(panel: Any, x: np.ndarray, padding: int) -> None:
    around = padded(x, padding)
    inside = padded(np.ones(x.shape, bool), padding)
    draw_numbers(panel, around, shown=~inside, color="#999999", fontsize=FONT)
    draw_numbers(panel, x, padding, padding, fontsize=FONT)


def draw_channels(x: np.ndarray, w: np.ndarray, i: int = 0, j: int = 0) -> Drawing:
    """Draws a window through all channels of an image: a row for each channel.

    Args:
        x: Image of shape `(rows, columns, channels)`.
        w: The filter, of shape `(k, k, channels)`.
        i: Row of the window.
        j: Its column.
    """
    k, channels = len(w), x.shape[-1]
    figure, axes = new_figure(channels, 1, (6.5, 1.5 * channels))
    places = {"image": 0.0, "filter": len(x) + 1.5, "products": len(x) + k + 3.0}
    total = 0.0
    for channel, panel in enumerate(axes[:, 0]):
        products = x[i : i + k, j : j + k, channel] * w[..., channel]
        total += products.sum()
        _blackboard(panel, len(x), places["products"] + k + 4)
        panel.set_ylabel(f"channel {channel + 1}")
        draw_numbers(panel, x[..., channel])
        draw_box(panel, ((i, i + k - 1), (j, j + k - 1)), **WINDOW)
        draw_numbers(panel, w[..., channel], places["filter"], 0.5)
        draw_numbers(panel, products, places["products"], 0.5)
        told = f"add up to {products.sum():g},\nwith those above {total:g}"
        panel.text(places["products"] + k, 1, told, va="center")
    for name, left in places.items():
        axes[0, 0].text(left - 0.5, -0.8, name, va="bottom")
    return Drawing(figure, axes)


def draw_mask(kept: np.ndarray, across: str, down: str) -> Drawing:
    """Draws which neurons are kept (white) and which are dropped (black), a row for each image."""
    figure, axes = new_figure(1, 1, (7.0, 2.8))
    panel = axes[0, 0]
    panel.imshow(kept, cmap="gray", interpolation="nearest", aspect="auto")
    panel.set(xlabel=across, ylabel=down)
    without_ticks(panel)
    return Drawing(figure, panel)


def draw_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], what: str
) -> Drawing:
    """Draws a pair of curves for each name: on training images, thin, and on test images."""
    figure, axes = new_figure(1, 1, (7.0, 3.8))
    panel = axes[0, 0]
    for place, (name, (trained, tested)) in enumerate(curves.items()):
        style = category_style(place)
        epochs = np.arange(1, len(trained) + 1)
        spaced = max(1, len(trained) // 8)
        panel.plot(epochs, trained, linewidth=0.8, color=style["color"])
        panel.plot(epochs, tested, label=name, markevery=spaced, markersize=4, **style)
    panel.set(xlabel="epochs of training", ylabel=what, ylim=(0, None))
    panel.legend(title="on test images", frameon=False)
    panel.grid(axis="y", color="#dddddd")
    return Drawing(figure, panel)


def draw_histograms(values: Mapping[str, np.ndarray], what: str) -> Drawing:
    """Draws how often which value occurs, one outline for each name, on a logarithmic axis."""
    figure, axes = new_figure(1, 1, (7.0, 3.2))
    panel = axes[0, 0]
    reach = max(abs(array).max() for array in values.values())
    edges = np.linspace(-reach, reach, 81)
    middles = (edges[1:] + edges[:-1]) / 2
    for place, (name, array) in enumerate(values.items()):
        counts, _ = np.histogram(array, edges)
        shown = np.where(counts, counts, np.nan)
        panel.plot(middles, shown, label=name, markevery=8, **category_style(place))
    panel.set(xlabel=what, ylabel="number", yscale="log")
    panel.legend(frameon=False)
    return Drawing(figure, panel)


def draw_images(images: list[Any], titles: list[str]) -> Drawing:
    """Draws pictures in a row, each on its own scale of greys."""
    side = min(2.0, 10.0 / len(images))
    figure, axes = new_figure(1, len(images), (side * len(images), side + 0.3))
    for panel, image, title in zip(axes[0], images, titles, strict=True):
        panel.imshow(image, cmap="gray")
        panel.set_title(title, fontsize="small")
        without_ticks(panel)
    return Drawing(figure, axes)
