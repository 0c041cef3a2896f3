"""Plots of pruning curves, corruptions, and the success of attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import (
    Drawing,
    category_style,
    line_style,
    new_figure,
    without_ticks,
)
from keras_lateral.robustness.attacks.simba_record import SimBARecord
from keras_lateral.robustness.condition import ConditionResult, ValueRange
from keras_lateral.robustness.corruption.corrupt import SEVERITIES, STANDARD_CORRUPTIONS, corrupt
from keras_lateral.robustness.corruption.parameters import ParameterChoice
from keras_lateral.robustness.pruning.curve import PruningCurve


def plot_pruning_curve(curves: PruningCurve | Mapping[str, PruningCurve]) -> Drawing:
    """Draws accuracy against the share of weights that are pruned.

    Args:
        curves: A `PruningCurve`, as returned by `pruning_curve`, or several by name.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no curve.

    Example:

    >>> from keras_lateral import PruningCurve, PruningPoint, plot_pruning_curve
    >>> points = (PruningPoint(0.0, 0.0, 0.9), PruningPoint(0.5, 0.5, 0.6))
    >>> figure, axes = plot_pruning_curve(PruningCurve(points, images=100))
    >>> axes.get_lines()[0].get_ydata().tolist()
    [90.0, 60.0]
    """
    named = {curves.model: curves} if isinstance(curves, PruningCurve) else dict(curves)
    if not named:
        raise ValueError("Invalid value for argument `curves`. Expected one curve or more.")
    figure, ((axes,),) = new_figure(1, 1, (6.4, 4.2))
    for place, (name, curve) in enumerate(named.items()):
        points = sorted(curve.points, key=lambda point: point.share)
        axes.plot(
            [100 * point.share for point in points],
            [100 * point.accuracy for point in points],
            label=name,
            markersize=4,
            **category_style(place),
        )
    axes.set_xlabel("weights pruned, without further training, in %")
    axes.set_ylabel("accuracy in %")
    axes.set_ylim(0, 100)
    axes.grid(alpha=0.3)
    if len(named) > 1:
        axes.legend(frameon=False)
    return Drawing(figure, axes)


PANEL = 0.9
"""Side of one panel in inches."""


def plot_corruptions(
    image: Any,
    names: Sequence[str] = STANDARD_CORRUPTIONS,
    severities: Sequence[int] = SEVERITIES,
    *,
    seed: int = 0,
    value_range: ValueRange = (0.0, 1.0),
    parameters: ParameterChoice = "auto",
) -> Drawing:
    """Draws a clean and corrupted image: a row for each corruption, a column for each severity.

    Args:
        image: Array of shape `(height, width, channels)`, 8 x 8 pixels or more, with one or three
            channels.
        names: Some of `CORRUPTIONS`. Defaults to the fifteen standard ones.
        severities: Integers from 1 to 5. Defaults to all.
        seed: Seed of the random numbers.
        value_range: The lowest and the highest value that a pixel can have.
        parameters: `"cifar10"`, `"imagenet"` or `"auto"`, see `corrupt`.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape
        `(names, 1 + severities)`.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no such corruption, severity or set, or the image does not fit.

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
            corrupted = corrupt(
                images, name, severity, seed=seed, value_range=value_range, parameters=parameters
            )
            _draw(panel, corrupted, value_range)
    for title, panel in zip(("clean", *map(str, severities)), axes[0], strict=True):
        panel.set_title(title, fontsize="medium")
    return Drawing(figure, axes)


def _draw(panel: Any, images: np.ndarray, value_range: ValueRange) -> None:
    """Draws the only image without stretching its colours, so that brightness is visible."""
    low, high = value_range
    image = (images[0].astype("float64") - low) / (high - low)
    image = image[..., 0] if image.shape[-1] == 1 else image
    panel.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    without_ticks(panel)


Attacked = SimBARecord | ConditionResult


def plot_attack_success(results: Attacked | Mapping[str, Attacked]) -> Drawing:
    """Draws the share of images on which SimBA had succeeded, against its iterations.

    The axis of iterations is logarithmic: models differ most in the first hundred. Lower is more
    robust.

    Args:
        results: A result of `SimBA.run` or `SimBA.measure`, or several by name, such as the names
            of the models.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no result, or one without such a curve.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import SimBARecord, plot_attack_success
    >>> all_four, counts = np.ones(4, bool), np.array([1, 3, 3, 10])
    >>> succeeded = np.array([True, True, True, False])
    >>> record = SimBARecord(np.zeros((4, 2, 2, 1)), all_four, succeeded, counts, counts, 10)
    >>> figure, axes = plot_attack_success({"plain": record})
    >>> axes.get_lines()[0].get_ydata().tolist()
    [25.0, 75.0, 75.0]
    """
    named = dict(results) if isinstance(results, Mapping) else {"": results}
    if not named:
        raise ValueError("Invalid value for argument `results`. Expected one result or more.")
    figure, ((axes,),) = new_figure(1, 1, (6.4, 4.2))
    for place, (name, result) in enumerate(named.items()):
        iterations, rates = _curve(name, result)
        percent = [100 * rate for rate in rates]
        style = line_style(place)
        axes.plot(iterations, percent, label=name, drawstyle="steps-post", **style)
    axes.set_xscale("log")
    axes.set_xlabel("iterations of SimBA")
    axes.set_ylabel("images misclassified by then, in %")
    axes.set_ylim(0, 101)
    axes.grid(alpha=0.3)
    if isinstance(results, Mapping):
        axes.legend(frameon=False)
    return Drawing(figure, axes)


def _curve(name: str, result: Attacked) -> tuple[list[int], list[float]]:
    """Returns iterations from 1 on, and the success rate after each."""
    curve = result.curve() if isinstance(result, SimBARecord) else result.details.get("curve")
    if not curve or None in curve["success_rate"]:
        raise ValueError(
            "Invalid value for argument `results`. Expected results of SimBA on models that "
            f"classify some image correctly. Received: {name!r}, without success rates"
        )
    points = dict(zip(curve["iterations"], curve["success_rate"], strict=True))
    points.setdefault(1, points[0])
    after = sorted(t for t in points if t > 0)
    return after, [points[t] for t in after]
