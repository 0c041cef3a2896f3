"""A figure of a search for sigma."""

from __future__ import annotations

from typing import Any

from keras_lateral.figure import COLOURS, Drawing, new_figure
from keras_lateral.tuning.sigma_record import SigmaTrial, SigmaTuning

TICKS = [digit * power for power in (0.1, 1.0, 10.0) for digit in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)]


def plot_sigma_tuning(record: SigmaTuning) -> Drawing:
    """Draws validation accuracy against sigma, and that of the model without masks.

    Dots and line are means, short strokes the single seeds, the grey band the range of the model
    without masks over its seeds. Rings are Hyperband's trials with fewer epochs, which cannot be
    compared with the others.

    Args:
        record: What `tune_sigma` returned.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, of shape `(1, 1)`.

    Raises:
        ImportError: If matplotlib is not installed.

    Example:

    >>> from keras_lateral import SigmaTrial, SigmaTuning, plot_sigma_tuning
    >>> baseline = SigmaTrial("no mask", None, 30, (0.80, 0.82))
    >>> low, high = SigmaTrial("0", 0.7, 30, (0.81, 0.82)), SigmaTrial("1", 1.4, 30, (0.84, 0.85))
    >>> figure, axes = plot_sigma_tuning(SigmaTuning(baseline, (low, high), seeds=(0, 1)))
    >>> axes[0, 0].get_xscale()
    'log'
    """
    figure, axes = new_figure(1, 1, (6.4, 4.2))
    panel = axes[0, 0]
    _draw_baseline(panel, record.baseline)
    sigmas = [trial.sigma for trial in record.complete]
    means = [100 * trial.mean for trial in record.complete]
    panel.plot(sigmas, means, "o-", color=COLOURS[0], label="mask: mean")
    for place, trial in enumerate(record.complete):
        values = [100 * accuracy for accuracy in trial.accuracies]
        label = None if place else "mask: each seed"
        panel.plot(
            [trial.sigma] * len(values),
            values,
            "_",
            color=COLOURS[0],
            ms=11,
            alpha=0.6,
            label=label,
        )
    shorter = [trial for trial in record.trials if trial not in record.complete]
    if shorter:
        panel.plot(
            [trial.sigma for trial in shorter],
            [100 * trial.mean for trial in shorter],
            "o",
            color=COLOURS[1],
            fillstyle="none",
            label="mask: fewer epochs",
        )
    _set_axes(panel, record)
    figure.legend(
        loc="outside lower center", ncols=4 if shorter else 3, frameon=False, fontsize="small"
    )
    return Drawing(figure, axes)


def _draw_baseline(panel: Any, baseline: SigmaTrial) -> None:
    values = [100 * accuracy for accuracy in baseline.accuracies]
    panel.axhspan(min(values), max(values), color="0.5", alpha=0.15, lw=0)
    panel.axhline(100 * baseline.mean, color="0.35", ls="--", label="no mask: mean and range")


def _set_axes(panel: Any, record: SigmaTuning) -> None:
    """Gives sigma a logarithmic axis, as it is searched, with ordinary numbers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    panel.set_xscale("log")
    panel.xaxis.set_major_locator(FixedLocator(TICKS))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    seeds = len(record.seeds)
    panel.set(
        xlabel="sigma (pixels of the map, logarithmic)",
        ylabel="validation accuracy (%)",
        title=f"{len(record.trials)} sigmas, {seeds} seed{'s' * (seeds > 1)} each",
    )
