"""A picture of how much each pixel matters to a unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.figure import COLOURS, Drawing, draw_box, framed, new_figure
from keras_lateral.receptive_field.effective_record import (
    MASS,
    EffectiveReceptiveField,
    EffectiveReceptiveFieldChange,
)

Fields = EffectiveReceptiveField | EffectiveReceptiveFieldChange | Sequence[EffectiveReceptiveField]

CALCULATED = {"color": COLOURS[5], "linestyle": "--", "linewidth": 2}
CURVE = COLOURS[0]
HOLDS = {"color": COLOURS[2], "linestyle": "-", "linewidth": 2}

PANEL = 3.0
"""Inches of one panel."""


def plot_effective_receptive_field(
    fields: Fields, *, mass: float = MASS, titles: Sequence[str] | None = None
) -> Drawing:
    """Draws effective receptive fields side by side, for example before and after training.

    Each map is drawn relative to its largest value, as a curve for one spatial axis, else by
    colours on a square-root scale, which shows the faint surroundings of a deep unit's field. A
    solid box is where the share `mass` of the gradient lies, a dashed one the calculated field.

    Args:
        fields: An `EffectiveReceptiveField`, several of these, or the record that `compare`
            returns.
        mass: The share for the box.
        titles: Title of each panel. Defaults to the layers' names, with "before" and "after" for
            a comparison.

    Returns:
        `(figure, axes)`: a matplotlib figure, and an array of its axes, one for each field.

    Raises:
        ImportError: If matplotlib is not installed.
        ValueError: If there is nothing to draw, a map has more than two axes, or there are not as
            many titles as fields.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import EffectiveReceptiveField, plot_effective_receptive_field
    >>> map = np.outer([0, 1, 2, 1, 0], [1, 2, 3, 2, 1])
    >>> field = EffectiveReceptiveField(map, "conv", calculated=((0, 4), (0, 4)))
    >>> figure, axes = plot_effective_receptive_field(field, mass=0.75)
    >>> print(axes[0].get_xlabel())
    75 % within 2 x 3
    of 5 x 5 pixels
    """
    drawn = _as_list(fields)
    names = list(titles or _names(fields, drawn))
    _check(drawn, names)
    figure, axes = new_figure(1, len(drawn), (PANEL * len(drawn) + 1.0, _height(drawn) + 1.1))
    for panel, field, name in zip(axes[0], drawn, names, strict=True):
        _draw_map(panel, field.map / field.map.max())
        _draw_box(panel, field.box(mass), f"{100 * mass:.4g} % of the gradient", HOLDS)
        _draw_box(panel, field.visible, "calculated field", CALCULATED)
        panel.set_title(name)
        panel.set_xlabel(_label(field, mass))
    _explain(figure, axes[0])
    return Drawing(figure, axes[0])


def _draw_map(panel: Any, values: np.ndarray) -> None:
    from matplotlib.colors import PowerNorm

    if values.ndim == 1:
        panel.plot(values, color=CURVE, drawstyle="steps-mid")
        panel.set_xlim(-0.5, len(values) - 0.5)
        panel.set_ylim(0, 1.05)
        return
    framed(panel)
    panel.imshow(values, cmap="magma", norm=PowerNorm(0.5, 0, 1), interpolation="nearest")


def _draw_box(panel: Any, box: Any, label: str, style: dict[str, Any]) -> None:
    if box is None:
        return
    if len(box) == 2:
        # Above the panel's own frame, where a field ends at the image's border.
        draw_box(panel, box, label=label, clip_on=False, zorder=3, **style)
        return
    ((first, last),) = box
    panel.axvline(first - 0.5, label=label, **style)
    panel.axvline(last + 0.5, **style)


def _explain(figure: Any, panels: Any) -> None:
    """Draws what all panels share: the scale and the legend."""
    label = "share of the largest value"
    if panels[-1].get_images():
        figure.colorbar(panels[-1].get_images()[0], ax=list(panels), label=label, shrink=0.85)
    else:
        panels[0].set_ylabel(label)
    known = [panel.get_legend_handles_labels() for panel in panels]
    handles = {label: handle for pair in known for handle, label in zip(*pair, strict=True)}
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=2, frameon=False
    )


def _height(drawn: Sequence[EffectiveReceptiveField]) -> float:
    """Returns a panel's height in inches, from the shapes of the maps."""
    shapes = [field.map.shape for field in drawn]
    tallest = max(shape[0] / shape[-1] if len(shape) == 2 else 0.8 for shape in shapes)
    return PANEL * min(max(tallest, 0.4), 2.0)


def _label(field: EffectiveReceptiveField, mass: float) -> str:
    def by(lengths: Any) -> str:
        return " x ".join(map(str, lengths))

    text = f"{100 * mass:.4g} % within {by(field.size(mass))}"
    if field.visible is None:
        return f"{text} pixels"
    return f"{text}\nof {by(last - first + 1 for first, last in field.visible)} pixels"


def _as_list(fields: Fields) -> list[EffectiveReceptiveField]:
    if isinstance(fields, EffectiveReceptiveField):
        return [fields]
    if isinstance(fields, EffectiveReceptiveFieldChange):
        return [fields.before, fields.after]
    return list(fields)


def _names(fields: Fields, drawn: Sequence[EffectiveReceptiveField]) -> list[str]:
    if isinstance(fields, EffectiveReceptiveFieldChange):
        return [f"{fields.before.layer}, before", f"{fields.after.layer}, after"]
    return [field.layer for field in drawn]


def _check(drawn: Sequence[EffectiveReceptiveField], names: Sequence[str]) -> None:
    shapes = [field.map.shape for field in drawn]
    if not drawn or len({len(shape) for shape in shapes}) > 1 or len(shapes[0]) > 2:
        raise ValueError(
            "Invalid value for argument `fields`. Expected one field or more, all with maps of "
            f"one axis or all with maps of two. Received: maps of shapes {shapes}"
        )
    if len(names) != len(drawn):
        raise ValueError(
            f"Invalid value for argument `titles`. Expected {len(drawn)}, one for each field. "
            f"Received: titles={list(names)}"
        )
