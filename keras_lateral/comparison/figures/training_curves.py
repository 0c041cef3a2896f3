"""A figure of the training curves of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.figures.method_labels import method_styles, name_methods
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.run import Run
from keras_lateral.figure import Drawing, new_figure

CURVES = {"loss": ("training loss", 1.0), "accuracy": ("training accuracy in %", 100.0)}
"""From a key of `Run.history` to its label and its factor."""


def plot_training_curves(comparison: Comparison, *, width: float = 8.0) -> Drawing:
    """Draws loss and accuracy on the training images, epoch by epoch, for each method.

    The line is the mean over seeds, the band goes from the lowest to the highest. The loss is what
    training minimizes, so a regularizer's penalty is part of it.

    Args:
        comparison: What `compare` returns.
        width: Width of the figure in inches. Below 5, the panels stand one above the other.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If no training has a history.

    Example:

    >>> from keras_lateral import Comparison, Run, plot_training_curves
    >>> history = {"loss": [2.0, 1.0], "accuracy": [0.3, 0.6]}
    >>> runs = tuple(Run("baseline", s, {"accuracy": 0.5}, 1.0, history=history) for s in (0, 1))
    >>> figure, axes = plot_training_curves(Comparison("digits", (), (0, 1), runs))
    >>> axes[1].get_lines()[0].get_ydata().tolist()
    [30.0, 60.0]
    """
    return draw_curves(comparison, comparison.methods, width)


def draw_curves(comparison: ComparedRuns, order: Sequence[str], width: float) -> Drawing:
    """Draws the curves with the methods in this order; see `plot_training_curves`."""
    keys = [key for key in CURVES if any(run.history.get(key) for run in comparison.runs)]
    if not keys:
        raise ValueError(
            "Invalid value for argument `comparison`. Expected trainings with a history of "
            f"{' or '.join(CURVES)}. Received: none"
        )
    styles = method_styles(order)
    side = (1, len(keys)) if width >= 5 else (len(keys), 1)
    legend = 0.3 + 0.22 * -(-len(styles) // max(1, int(width / 2.6)))
    figure, axes = new_figure(*side, (width, 3.0 * side[0] + legend))
    panels, handles = axes.ravel(), {}
    for panel, key in zip(panels, keys, strict=True):
        label, scale = CURVES[key]
        for method, style in styles.items():
            runs = [run for run in comparison.runs if run.method == method]
            curves = scale * _curves(runs, key)
            if curves.size:
                handles[method] = _draw(panel, curves, style["color"], style["linestyle"])
        panel.set_xlabel("epoch")
        panel.set_ylabel(label)
        panel.grid(alpha=0.3)
    _set_scales(panels, keys)
    name_methods(figure, list(handles.values()), list(handles))
    return Drawing(figure, panels)


def _curves(runs: Sequence[Run], key: str) -> np.ndarray:
    """Returns a float64 array of shape `(runs, epochs)`, NaN where there is no number."""
    histories = [np.array(run.history[key], "float64") for run in runs if run.history.get(key)]
    curves = np.full((len(histories), max(map(len, histories), default=0)), np.nan)
    for row, values in zip(curves, histories, strict=True):
        row[: len(values)] = values
    return np.where(np.isfinite(curves), curves, np.nan)


def _draw(panel: Any, curves: np.ndarray, color: str, linestyle: str) -> Any:
    known = np.isfinite(curves)
    some = known.any(axis=0)
    epochs = np.arange(1, curves.shape[1] + 1)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(some, np.where(known, curves, 0.0).sum(axis=0) / count, np.nan)
    low = np.where(some, np.where(known, curves, np.inf).min(axis=0), np.nan)
    high = np.where(some, np.where(known, curves, -np.inf).max(axis=0), np.nan)
    panel.fill_between(epochs, low, high, color=color, alpha=0.13, linewidth=0)
    # A single epoch is a point; several are a line without points.
    mark = "o" if len(epochs) == 1 else ""
    (line,) = panel.plot(epochs, mean, color=color, linestyle=linestyle, marker=mark)
    return line


def _set_scales(panels: Sequence[Any], keys: Sequence[str]) -> None:
    """Gives losses that fall far a logarithmic axis, and ends accuracies at 100 %."""
    from matplotlib.ticker import MaxNLocator

    for panel, key in zip(panels, keys, strict=True):
        values = np.concatenate([line.get_ydata() for line in panel.get_lines()])
        values = values[np.isfinite(values)]
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        if key == "accuracy":
            panel.set_ylim(0, 102)
        elif len(values) and values.min() > 0 and values.max() > 20 * values.min():
            panel.set_yscale("log")
