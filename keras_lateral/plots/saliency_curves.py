"""A picture of how soon the order of a map changes the model's mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_lateral.analysis.saliency_curve_record import SaliencyCurve
from keras_lateral.plots.matplotlib_figure import new_figure

Curves = SaliencyCurve | Sequence[SaliencyCurve]

TITLES = {
    "deletion": ("deletion: lower is better", "share of pixels gone"),
    "insertion": ("insertion: higher is better", "share of pixels come"),
}
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def plot_deletion_insertion(curves: Curves | Mapping[str, Curves]) -> tuple[Any, Any]:
    """Draws the class's probability over the share of pixels, a panel for each kind of curve.

    The line is the mean over the images, the band around it one standard error of that mean. The
    legend gives the mean area under the curve.

    Args:
        curves: What `deletion_curve` and `insertion_curve` return: one or several, or a dict from
            names, of maps or models, to these.

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
        name: [some] if isinstance(some, SaliencyCurve) else list(some)
        for name, some in named.items()
    }
    found = {curve.kind for some in lists.values() for curve in some}
    kinds = [kind for kind in TITLES if kind in found]
    if not kinds:
        raise ValueError("Invalid value for argument `curves`. Expected at least one curve.")
    figure, axes = new_figure(1, len(kinds), (5.6 * len(kinds), 3.2))
    panels = dict(zip(kinds, axes[0], strict=True))
    for number, (name, some) in enumerate(lists.items()):
        for curve in some:
            _draw(panels[curve.kind], curve, name, COLORS[number % len(COLORS)])
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
        panel.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("probability of the class")
    return figure, axes


def _draw(panel: Any, curve: SaliencyCurve, name: str, color: str) -> None:
    mean = curve.scores.mean(axis=0)
    label = f"{name} ({curve.mean_area:.3f})".strip()
    panel.plot(curve.shares, mean, color=color, label=label)
    if len(curve) > 1:
        error = curve.scores.std(axis=0, ddof=1) / np.sqrt(len(curve))
        panel.fill_between(curve.shares, mean - error, mean + error, color=color, alpha=0.1, lw=0)
