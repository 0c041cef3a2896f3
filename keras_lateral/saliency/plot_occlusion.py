"""A picture of occlusion sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import (
    ON_IMAGE,
    SIGNED,
    Drawing,
    dot_pixels,
    draw_box,
    drawable,
    faint,
    new_figure,
    outlined,
    without_ticks,
)
from keras_lateral.saliency.occlusion import OcclusionSensitivity
from keras_lateral.saliency.occlusion_patches import OcclusionPatches

MOST_IMAGES = 8
"""Number of images that are drawn by default."""

HARDLY = 0.05
"""Below this share of the strongest drop or rise, a rise has no dot."""

PANEL = 1.7
"""Inches of one panel."""


def plot_occlusion(
    images: Any,
    record: OcclusionSensitivity,
    *,
    samples: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
) -> Drawing:
    """Draws images, and below each how much its class's score falls where it is hidden.

    Red: hiding this place lowers the score, so the model needs it. Blue and dotted: hiding it
    raises the score. White or grey: it does not matter. All images share one scale. The frame on
    an image is the patch that costs most when it is hidden.

    Args:
        images: The images given to `occlusion_sensitivity`: array of shape `(batch, height,
            width)` or `(batch, height, width, channels)` with one or three channels.
        record: The record that it returned.
        samples: Indices of the images in the batch. Defaults to the first eight.
        class_names: Names of the classes, for the titles. Defaults to their numbers.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape `(2, samples)`.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such sample, or images and record do not fit each other.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import OcclusionSensitivity, plot_occlusion
    >>> drops = np.random.default_rng(0).normal(size=(2, 6, 6))
    >>> score, labels = np.array([0.9, 0.5]), np.array([3, 8])
    >>> record = OcclusionSensitivity(drops, drops, score, labels, (1, 1), (1, 1))
    >>> figure, axes = plot_occlusion(np.zeros((2, 6, 6)), record)
    >>> axes.shape, axes[0, 0].get_title()
    ((2, 2), 'class 3: 0.90')
    """
    chosen = list(range(min(len(record), MOST_IMAGES)) if samples is None else samples)
    _check(images, record, chosen)
    figure, axes = new_figure(2, len(chosen), (PANEL * len(chosen) + 1.4, 2 * PANEL + 0.5))
    strongest = float(np.abs(record.map[chosen]).max()) or 1.0
    for sample, (above, below) in zip(chosen, axes.T, strict=True):
        image = drawable(images[sample])
        above.imshow(image, cmap="gray", interpolation="nearest")
        draw_box(above, _costliest(record, sample), edgecolor=ON_IMAGE, **outlined(1.6))
        above.set_title(_title(record, sample, class_names), fontsize="medium")
        below.imshow(faint(image), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        shown = below.imshow(
            record.map[sample],
            cmap=f"{SIGNED}_r",
            vmin=-strongest,
            vmax=strongest,
            alpha=0.8,
            interpolation="nearest",
        )
        dot_pixels(below, record.map[sample] < -HARDLY * strongest)
    for panel in axes.ravel():
        without_ticks(panel)
    axes[0, 0].set_ylabel("image")
    axes[1, 0].set_ylabel("what it needs")
    figure.colorbar(shown, ax=axes, label="drop of the score", shrink=0.7)
    return Drawing(figure, axes)


def _costliest(record: OcclusionSensitivity, sample: int) -> list[tuple[int, int]]:
    """Returns first and last pixel, for each axis, of the patch with the largest drop."""
    patches = OcclusionPatches(record.map.shape[1:], record.patch, record.stride)
    pixels = patches.pixels(patches.corners[int(record.drops[sample].argmax())])
    return [(axis.start, axis.stop - 1) for axis in pixels]


def _title(record: OcclusionSensitivity, sample: int, names: Sequence[str] | None) -> str:
    label = int(record.labels[sample])
    name = f"class {label}" if names is None else names[label]
    return f"{name}: {record.base_score[sample]:.2f}"


def _check(images: Any, record: OcclusionSensitivity, chosen: Sequence[int]) -> None:
    if record.map.ndim != 3:
        raise ValueError(
            "Invalid value for argument `record`. Expected maps of two spatial axes. "
            f"Received: maps of shape {record.map.shape}"
        )
    if np.shape(images)[:3] != record.map.shape:
        raise ValueError(
            f"Invalid value for argument `images`. Expected shape {record.map.shape}, with or "
            f"without channels, as in the record. Received: shape={np.shape(images)}"
        )
    if not chosen or not all(0 <= sample < len(record) for sample in chosen):
        raise ValueError(
            f"Invalid value for argument `samples`. Expected numbers from 0 to {len(record) - 1}. "
            f"Received: samples={list(chosen)}"
        )
