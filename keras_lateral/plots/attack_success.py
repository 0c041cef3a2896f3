"""A picture of how soon an attack succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras_lateral.plots.matplotlib_figure import new_figure
from keras_lateral.robustness.condition import ConditionResult
from keras_lateral.robustness.simba_record import SimBARecord

STYLES = (
    {"color": "#0072B2", "linestyle": "-"},
    {"color": "#D55E00", "linestyle": "--"},
    {"color": "#009E73", "linestyle": "-."},
    {"color": "#CC79A7", "linestyle": ":"},
)

Attacked = SimBARecord | ConditionResult


def plot_attack_success(results: Attacked | Mapping[str, Attacked]) -> tuple[Any, Any]:
    """Draws the share of images that SimBA had fooled, against its iterations.

    The axis of iterations is logarithmic: most of what differs between models is in the first
    hundred. Lower is more robust.

    Args:
        results: What `SimBA.run` or `SimBA.measure` returns, or several of these by the names
            they shall have, such as those of the models.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is no result, or one that holds no such curve.

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
        style = STYLES[place % len(STYLES)]
        axes.plot(iterations, percent, label=name, drawstyle="steps-post", **style)
    axes.set_xscale("log")
    axes.set_xlabel("iterations of SimBA")
    axes.set_ylabel("images named wrongly by then, in %")
    axes.set_ylim(0, 101)
    axes.grid(alpha=0.3)
    if isinstance(results, Mapping):
        axes.legend(frameon=False)
    return figure, axes


def _curve(name: str, result: Attacked) -> tuple[list[int], list[float]]:
    """Returns iterations from 1 on, and the success rate after each."""
    curve = result.curve() if isinstance(result, SimBARecord) else result.details.get("curve")
    if not curve or None in curve["success_rate"]:
        raise ValueError(
            "Invalid value for argument `results`. Expected results of SimBA on models that name "
            f"some image rightly. Received: one {name!r} without success rates"
        )
    points = dict(zip(curve["iterations"], curve["success_rate"], strict=True))
    points.setdefault(1, points[0])
    after = sorted(t for t in points if t > 0)
    return after, [points[t] for t in after]
