"""A picture of how much gradient the masks of a model keep over its depth."""

from __future__ import annotations

from typing import Any

from keras_lateral.analysis.gradient_mask_record import GradientMaskReport
from keras_lateral.plots.matplotlib_figure import new_figure

LINES = {
    "positions_kept": ("positions kept", {"color": "#0072B2", "marker": "o"}),
    "positions_by_norm": (
        "positions of that energy by norm",
        {"color": "#0072B2", "marker": "o", "linestyle": ":", "markerfacecolor": "white"},
    ),
    "energy_kept": ("energy kept", {"color": "#D55E00", "marker": "s"}),
    "energy_left": (
        "energy left, relative to no mask in the model",
        {"color": "#D55E00", "marker": "s", "linestyle": "--", "markerfacecolor": "white"},
    ),
}
"""Colours that readers with any colour vision tell apart; marks that survive a grey print."""


def plot_gradient_mask_report(report: GradientMaskReport) -> tuple[Any, Any]:
    """Draws the shares of positions and energy that masks keep, from the first layer to the last.

    Where the dotted line lies far below the solid one of its colour, the mask keeps positions
    for their contrast and not for their energy. The dashed line falls from right to left: what
    a mask stops does not reach the layers before it.

    Args:
        report: What `gradient_mask_report` returns.

    Returns:
        `(figure, axes)`: a matplotlib figure and its one axes.

    Raises:
        ImportError: If matplotlib is not installed.

    Example:

    >>> from keras_lateral import GradientMaskReport, plot_gradient_mask_report
    >>> from keras_lateral.analysis import MaskedShare
    >>> first = MaskedShare("a", True, 0.9, 0.8, 0.5, 0.7)
    >>> second = MaskedShare("b", True, 0.9, 0.7, 0.4, 1.0)
    >>> report = GradientMaskReport((first, second), samples=64, batch_size=32)
    >>> figure, axes = plot_gradient_mask_report(report)
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['a', 'b']
    """
    labels = [one.name + ("" if one.enabled else " (off)") for one in report.layers]
    places = range(len(labels))
    figure, ((axes,),) = new_figure(1, 1, (max(6.4, 1.6 + 0.8 * len(labels)), 4.4))
    for share, (label, style) in LINES.items():
        values = [100 * getattr(one, share) for one in report.layers]
        axes.plot(places, values, label=label, **style)
    axes.set_ylim(0, max(105.0, axes.get_ylim()[1]))
    axes.set_ylabel("share in %")
    axes.set_xlabel("layer, from the input to the output")
    slanted = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(places, labels, **(slanted if max(map(len, labels)) > 10 else {}))
    axes.grid(axis="y", alpha=0.3)
    axes.set_title(f"gradient that masks keep ({report.samples} samples)")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return figure, axes
