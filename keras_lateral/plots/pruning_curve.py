"""A picture of what pruning costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras_lateral.plots.matplotlib_figure import new_figure
from keras_lateral.robustness.pruning_curve_record import PruningCurve

STYLES = (
    {"color": "#0072B2", "marker": "o"},
    {"color": "#D55E00", "marker": "s", "linestyle": "--"},
    {"color": "#009E73", "marker": "^", "linestyle": "-."},
    {"color": "#CC79A7", "marker": "D", "linestyle": ":"},
)


def plot_pruning_curve(curves: PruningCurve | Mapping[str, PruningCurve]) -> tuple[Any, Any]:
    """Draws accuracy against the share of weights that are pruned.

    Args:
        curves: What `pruning_curve` returns, or several of these by the names they shall have.

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
            **STYLES[place % len(STYLES)],
        )
    axes.set_xlabel("weights pruned, without training on, in %")
    axes.set_ylabel("accuracy in %")
    axes.set_ylim(0, 100)
    axes.grid(alpha=0.3)
    if len(named) > 1:
        axes.legend(frameon=False)
    return figure, axes
