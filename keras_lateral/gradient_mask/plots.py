"""Pictures of one sample's gradient and its mask, and of what masks keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_lateral.figure import (
    COLOURS,
    SIGNED,
    Drawing,
    dot_pixels,
    hatch_ground,
    new_figure,
    without_ticks,
)
from keras_lateral.gradient_mask.mask_gradients import GradientAtMask
from keras_lateral.gradient_mask.report_record import GradientMaskReport

LINES = {
    "positions_kept": ("positions kept", {"color": COLOURS[0], "marker": "o"}),
    "positions_by_norm": (
        "positions of that energy by norm",
        {"color": COLOURS[0], "marker": "o", "linestyle": ":", "markerfacecolor": "white"},
    ),
    "energy_kept": ("energy kept", {"color": COLOURS[1], "marker": "s"}),
    "energy_left": (
        "energy left, relative to no mask in the model",
        {"color": COLOURS[1], "marker": "s", "linestyle": "--", "markerfacecolor": "white"},
    ),
}
"""Positions are blue circles, energy is orange squares; hollow is what they are compared with."""

HARDLY = 0.05
"""Below this share of the largest magnitude, a contrast has no dot."""


def plot_gradient_mask_report(report: GradientMaskReport) -> Drawing:
    """Draws the shares of positions and energy that masks keep, from the first layer to the last.

    Where the dotted line lies far below the solid one of its colour, the mask keeps positions
    for their contrast and not for their energy. The dashed line falls from right to left: what
    a mask stops does not reach the layers before it.

    Args:
        report: The record that `gradient_mask_report` returns.

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
    labels = [layer.name + ("" if layer.enabled else " (off)") for layer in report.layers]
    places = range(len(labels))
    figure, ((axes,),) = new_figure(1, 1, (max(6.4, 1.6 + 0.8 * len(labels)), 4.4))
    for share, (label, style) in LINES.items():
        values = [100 * getattr(layer, share) for layer in report.layers]
        axes.plot(places, values, label=label, **style)
    axes.set_ylim(0, max(105.0, axes.get_ylim()[1]))
    axes.set_ylabel("share in %")
    axes.set_xlabel("layer, from the input to the output")
    slanted = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(places, labels, **(slanted if max(map(len, labels)) > 10 else {}))
    axes.grid(axis="y", alpha=0.3)
    axes.set_title(f"gradient that masks keep ({report.samples} samples)")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return Drawing(figure, axes)


TITLES = {
    "input": "input",
    "norms": "gradient norm $N$",
    "response": r"inhibition $\delta$ = LoG * $N$",
    "mask": "mask $a$",
    "passes": "what passes: $a N$",
}
WIDTH, HEIGHT = 2.5, 2.05
"""Inches of one panel."""


def plot_gradient_mask(
    gradients: GradientAtMask | Mapping[str, GradientAtMask],
    images: Any = None,
    *,
    sample: int = 0,
    feature_set: int = 0,
) -> Drawing:
    """Draws how the gradient of one sample becomes a mask: one row per layer.

    From left to right: the input; the norms N of the minicolumns; delta, their Laplacian of
    Gaussian (red where the gradient exceeds its surroundings, blue and dotted where these exceed
    it, white where there is no contrast); the mask a, white where the gradient passes, with the
    share of positions that does; and a N, on the scale of N, hatched where the gradient is
    stopped. A mask that thresholds the norms themselves has them as its delta. Maps of one
    dimension are drawn as strips.

    Args:
        gradients: The dict that `mask_gradients` returns, or one of its values.
        images: The batch it was computed on: array of shape `(batch, height, width)`, or
            `(batch, height, width, channels)` with one or three channels, of any range. `None`
            leaves the column of the input out.
        sample: Index of the sample in the batch.
        feature_set: Index of the feature set, from 0 to K - 1.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes with a row per layer.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is nothing to draw, no such sample or set, or the shape of maps
            or images cannot be drawn.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, mask_gradients, plot_gradient_mask
    >>> masked = GradientMaskConv2D(4, 3, sigma=1.0, threshold=0.5)
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), masked, keras.layers.Flatten()])
    >>> x, y = np.random.default_rng(0).normal(size=(2, 8, 8, 1)), np.zeros((2, 144))
    >>> figure, axes = plot_gradient_mask(mask_gradients(model, x, y, loss="mse"), images=x)
    >>> axes.shape
    (1, 5)
    """
    rows = [gradients] if isinstance(gradients, GradientAtMask) else list(gradients.values())
    if not rows:
        raise ValueError(
            "Invalid value for argument `gradients`. Expected at least one mask. "
            f"Received: gradients={gradients!r}"
        )
    for at in rows:
        _check(at, sample, feature_set)
    image = None if images is None else _image(images, sample)
    kinds = [kind for kind in TITLES if kind != "input" or image is not None]
    size = (WIDTH * len(kinds), HEIGHT * len(rows) + 0.3)
    figure, axes = new_figure(len(rows), len(kinds), size)
    for at, row in zip(rows, axes, strict=True):
        panels = dict(zip(kinds, row, strict=True))
        if image is not None:
            _draw_image(panels.pop("input"), image)
        _draw_maps(figure, panels, at, sample, feature_set)
        row[0].set_ylabel(_label(at, feature_set))
    for kind, panel in zip(kinds, axes[0], strict=True):
        panel.set_title(TITLES[kind], pad=16)  # above the powers of ten of the colour bars
    return Drawing(figure, axes)


def _draw_image(panel: Any, image: np.ndarray) -> None:
    panel.imshow(image, cmap="gray")
    without_ticks(panel)


def _draw_maps(
    figure: Any, panels: dict[str, Any], at: GradientAtMask, sample: int, feature_set: int
) -> None:
    norms, response, mask = (
        np.atleast_2d(maps[sample, ..., feature_set]) for maps in (at.norms, at.response, at.mask)
    )
    top = _positive(norms)
    strength = {"cmap": "magma", "vmin": 0, "vmax": top}
    # If delta is a norm map it has one sign: the same scale, half used, keeps 0 white.
    contrast = {"cmap": SIGNED, "vmin": -_positive(response), "vmax": _positive(response)}
    drawn = {
        "norms": (norms, strength),
        "response": (response, contrast),
        "mask": (mask, {"cmap": "gray", "vmin": -1.2, "vmax": 1}),
        "passes": (np.ma.masked_where(~mask, norms), strength),
    }
    for kind, (values, style) in drawn.items():
        aspect = "auto" if values.shape[0] == 1 else "equal"
        shown = panels[kind].imshow(values, aspect=aspect, interpolation="nearest", **style)
        without_ticks(panels[kind])
        hatch_ground(panels[kind])  # shows where `passes` has no value
        if kind in ("norms", "response"):
            _colour_bar(figure, shown, panels[kind])
    dot_pixels(panels["response"], response > HARDLY * _positive(response))
    kept = f"{100 * mask.mean():.0f} % of positions pass"
    panels["mask"].set_xlabel(kept if at.enabled else "off: everything passes", fontsize="small")


def _colour_bar(figure: Any, shown: Any, panel: Any) -> None:
    bar = figure.colorbar(shown, ax=panel, fraction=0.046, pad=0.03)
    bar.formatter.set_powerlimits((-2, 3))
    bar.ax.tick_params(labelsize="x-small")
    bar.ax.yaxis.get_offset_text().set_size("x-small")
    bar.ax.yaxis.set_offset_position("left")


def _positive(values: np.ndarray) -> float:
    """Returns the largest finite magnitude, or 1 where there is none to scale by."""
    magnitudes = np.abs(values[np.isfinite(values)])
    return float(magnitudes.max(initial=0.0)) or 1.0


def _label(at: GradientAtMask, feature_set: int) -> str:
    sets = at.norms.shape[-1]
    size = " x ".join(str(length) for length in at.norms.shape[1:-1])
    return f"{at.name}\n{size}" + (f", set {feature_set} of {sets}" if sets > 1 else "")


def _image(images: Any, sample: int) -> np.ndarray:
    image = np.asarray(images[sample], dtype="float64")
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2 and (image.ndim != 3 or image.shape[-1] != 3):
        raise ValueError(
            "Invalid value for argument `images`. Expected shape (batch, height, width) or "
            "(batch, height, width, channels) with one or three channels. "
            f"Received: shape={np.shape(images)}"
        )
    low, high = image.min(), image.max()
    return (image - low) / ((high - low) or 1.0)


def _check(at: GradientAtMask, sample: int, feature_set: int) -> None:
    batch, *spatial, sets = at.norms.shape
    if len(spatial) > 2:
        raise ValueError(
            "Invalid value for argument `gradients`. Expected maps of one or two spatial "
            f"dimensions. Received: those of {at.name!r} with shape={at.norms.shape}"
        )
    for name, value, length in (("sample", sample, batch), ("feature_set", feature_set, sets)):
        if not 0 <= value < length:
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected 0 to {length - 1} for the mask "
                f"{at.name!r}. Received: {name}={value}"
            )
