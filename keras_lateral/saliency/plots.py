"""Pictures of saliency maps, and of deletion and insertion curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import (
    ON_IMAGE,
    Drawing,
    draw_box,
    drawable,
    faint,
    line_style,
    new_figure,
    outlined,
    without_ticks,
)
from keras_lateral.saliency.curves import SaliencyCurve
from keras_lateral.saliency.record import Saliency

Curves = SaliencyCurve | Sequence[SaliencyCurve]

TITLES = {
    "deletion": ("deletion: lower is better", "share of pixels deleted"),
    "insertion": ("insertion: higher is better", "share of pixels inserted"),
}


def plot_deletion_insertion(curves: Curves | Mapping[str, Curves]) -> Drawing:
    """Draws the class's probability over the share of pixels, a panel for each kind of curve.

    The line is the mean over the images, the band around it one standard error of that mean. The
    legend gives the mean area under the curve.

    Args:
        curves: One `SaliencyCurve` or several, or a dict from names, of maps or models, to one or
            several.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape `(1, kinds)`.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no curve.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import SaliencyCurve, plot_deletion_insertion
    >>> shares, scores = np.linspace(0, 1, 5), np.array([[1.0, 0.5, 0.2, 0.1, 0.1]])
    >>> curve = SaliencyCurve("deletion", shares, scores, np.array([0]))
    >>> figure, axes = plot_deletion_insertion({"gradient": curve})
    >>> axes[0, 0].get_legend_handles_labels()[1]
    ['gradient (0.338)']
    """
    named = curves if isinstance(curves, Mapping) else {"": curves}
    lists = {
        name: [given] if isinstance(given, SaliencyCurve) else list(given)
        for name, given in named.items()
    }
    found = {curve.kind for group in lists.values() for curve in group}
    kinds = [kind for kind in TITLES if kind in found]
    if not kinds:
        raise ValueError(
            "Invalid value for argument `curves`. Expected at least one curve. "
            f"Received: curves={curves!r}"
        )
    figure, axes = new_figure(1, len(kinds), (5.6 * len(kinds), 3.2))
    panels = dict(zip(kinds, axes[0], strict=True))
    for number, (name, group) in enumerate(lists.items()):
        for curve in group:
            _draw(panels[curve.kind], curve, name, line_style(number))
    for kind, panel in panels.items():
        title, label = TITLES[kind]
        panel.set(title=title, xlabel=label, xlim=(0, 1))
        panel.set_ylim(bottom=0)
        panel.legend(
            title="mean area",
            fontsize="small",
            loc="upper left",
            bbox_to_anchor=(1, 1),
            frameon=False,
        )
    axes[0, 0].set_ylabel("probability of the class")
    return Drawing(figure, axes)


def _draw(panel: Any, curve: SaliencyCurve, name: str, style: dict[str, Any]) -> None:
    mean = curve.scores.mean(axis=0)
    label = f"{name} ({curve.mean_area:.3f})".strip()
    panel.plot(curve.shares, mean, label=label, **style)
    if len(curve) > 1:
        error = curve.scores.std(axis=0, ddof=1) / np.sqrt(len(curve))
        band = {"color": style["color"], "alpha": 0.1, "linewidth": 0}
        panel.fill_between(curve.shares, mean - error, mean + error, **band)


MOST_IMAGES = 8
"""Number of images that are drawn by default."""

PANEL = 1.7
"""Inches of one panel."""


def plot_saliency(
    images: Any,
    records: Saliency | Sequence[Saliency],
    *,
    samples: Sequence[int] | None = None,
    boxes: Any = None,
    class_names: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> Drawing:
    """Draws images, and below each its saliency maps, one row per method.

    The darker red, the more the pixel matters. Every map has its own scale, from 0 to its
    maximum, since maps of different methods and images have no common scale.

    Args:
        images: The images, channels last: array of shape `(images, height, width)` or `(images,
            height, width, channels)` with one or three channels.
        records: One `Saliency` of these images, or several.
        samples: Indices of the images. Defaults to the first eight.
        boxes: Array of shape `(images, 4)`: top, left, bottom, right, half-open, drawn on images
            and maps.
        class_names: Names of the classes, for the titles. Defaults to their numbers.
        names: Names of the rows. Defaults to the records' methods.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape
        `(1 + records, samples)`.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such sample, or images and records do not fit each other.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import Saliency, plot_saliency
    >>> maps = np.random.default_rng(0).exponential(size=(2, 6, 6))
    >>> record = Saliency(maps, "gradient", np.array([3, 8]))
    >>> figure, axes = plot_saliency(np.zeros((2, 6, 6)), record)
    >>> axes.shape, axes[0, 1].get_title(), axes[1, 0].get_ylabel()
    ((2, 2), 'class 8', 'gradient')
    """
    rows = [records] if isinstance(records, Saliency) else list(records)
    _check(images, rows, names)
    chosen = list(range(min(len(rows[0]), MOST_IMAGES)) if samples is None else samples)
    _check_samples(chosen, len(rows[0]))
    size = (PANEL * len(chosen) + 0.4, PANEL * (1 + len(rows)) + 0.3)
    figure, axes = new_figure(1 + len(rows), len(chosen), size)
    for sample, column in zip(chosen, axes.T, strict=True):
        image = drawable(images[sample])
        column[0].imshow(image, cmap="gray", interpolation="nearest")
        column[0].set_title(_title(rows[0], sample, class_names), fontsize="medium")
        for record, panel in zip(rows, column[1:], strict=True):
            draw_map(panel, image, record.maps[sample])
        for panel in column:
            without_ticks(panel)
            if boxes is not None:
                top, left, bottom, right = (int(edge) for edge in boxes[sample])
                box = [(top, bottom - 1), (left, right - 1)]
                draw_box(panel, box, edgecolor=ON_IMAGE, **outlined(1.4))
    axes[0, 0].set_ylabel("image")
    labels = [record.method for record in rows] if names is None else names
    for label, panel in zip(labels, axes[1:, 0], strict=True):
        panel.set_ylabel(label)
    return Drawing(figure, axes)


def draw_map(panel: Any, image: np.ndarray, map_: np.ndarray) -> Any:
    """Draws a map in shades of red over a faint image, and returns what matplotlib drew."""
    panel.imshow(faint(image), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    largest = float(map_.max()) or 1.0
    return panel.imshow(
        map_,
        cmap="Reds",
        vmin=0,
        vmax=largest,
        alpha=0.25 + 0.7 * np.clip(map_ / largest, 0, 1),
        interpolation="nearest",
    )


def _title(record: Saliency, sample: int, names: Sequence[str] | None) -> str:
    label = int(record.target[sample])
    return f"class {label}" if names is None else str(names[label])


def _check(images: Any, rows: Sequence[Saliency], names: Sequence[str] | None) -> None:
    shapes = {record.maps.shape for record in rows}
    if len(shapes) != 1:
        raise ValueError(
            "Invalid value for argument `records`. Expected one `Saliency`, or several of the same "
            f"images. Received: maps of shapes {sorted(shapes)}"
        )
    (shape,) = shapes
    if np.shape(images)[:3] != shape:
        raise ValueError(
            f"Invalid value for argument `images`. Expected shape {shape}, with or without "
            f"channels, as in the record. Received: shape={np.shape(images)}"
        )
    if names is not None and len(names) != len(rows):
        raise ValueError(
            f"Invalid value for argument `names`. Expected {len(rows)}, one for each record. "
            f"Received: names={list(names)}"
        )


def _check_samples(chosen: Sequence[int], images: int) -> None:
    if not chosen or not all(0 <= sample < images for sample in chosen):
        raise ValueError(
            f"Invalid value for argument `samples`. Expected numbers from 0 to {images - 1}. "
            f"Received: samples={list(chosen)}"
        )
