"""A picture of an image under corruptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.plots.image_panel import without_ticks
from keras_lateral.plots.matplotlib_figure import new_figure
from keras_lateral.robustness.condition import ValueRange
from keras_lateral.robustness.corrupt import SEVERITIES, STANDARD_CORRUPTIONS, corrupt

PANEL = 0.9
"""Inches of one panel."""


def plot_corruptions(
    image: Any,
    names: Sequence[str] = STANDARD_CORRUPTIONS,
    severities: Sequence[int] = SEVERITIES,
    *,
    seed: int = 0,
    value_range: ValueRange = (0.0, 1.0),
) -> tuple[Any, Any]:
    """Draws an image as it is and under corruptions: a row for each, a column for each severity.

    Args:
        image: Array of shape `(height, width, channels)`, 8 x 8 pixels or more, with one or three
            channels.
        names: Some of `CORRUPTIONS`. Defaults to the fifteen standard ones.
        severities: From 1 to 5. Defaults to all.
        seed: Of the random numbers.
        value_range: The lowest and the highest value that a pixel can have.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape
        `(names, 1 + severities)`.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such corruption or severity, or the image does not fit.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import plot_corruptions
    >>> figure, axes = plot_corruptions(np.ones((8, 8, 3)), ["fog", "snow"], [1, 5])
    >>> axes.shape, axes[1, 2].get_ylabel(), axes[0, 2].get_title()
    ((2, 3), '', '5')
    """
    if np.ndim(image) != 3 or not len(names) or not len(severities):
        raise ValueError(
            "Invalid value for arguments `image`, `names` and `severities`. Expected one image of "
            "shape (height, width, channels), and one name and severity or more. "
            f"Received: shape={np.shape(image)}, names={names!r}, severities={severities!r}"
        )
    size = (PANEL * (1 + len(severities)) + 1.6, PANEL * len(names) + 0.4)
    figure, axes = new_figure(len(names), 1 + len(severities), size)
    images = np.asarray(image)[None]
    for name, row in zip(names, axes, strict=True):
        _draw(row[0], images, value_range)
        row[0].set_ylabel(name.replace("_", " "), rotation=0, ha="right", va="center")
        for severity, panel in zip(severities, row[1:], strict=True):
            worse = corrupt(images, name, severity, seed=seed, value_range=value_range)
            _draw(panel, worse, value_range)
    for title, panel in zip(("clean", *map(str, severities)), axes[0], strict=True):
        panel.set_title(title, fontsize="medium")
    return figure, axes


def _draw(panel: Any, images: np.ndarray, value_range: ValueRange) -> None:
    """Draws the one image, its colours not stretched: brightness must be seen."""
    low, high = value_range
    image = (images[0].astype("float64") - low) / (high - low)
    image = image[..., 0] if image.shape[-1] == 1 else image
    panel.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    without_ticks(panel)
