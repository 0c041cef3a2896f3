"""What two of the methods are about, by the library's own plots: the front page and the cards."""

from __future__ import annotations

from dataclasses import replace

from docs.pictures.network import LOWER, UPPER, framed_layer, new_network
from docs.pictures.rows import ORANGE
from keras_lateral import (
    FrameBoundsReport,
    FrameRegularizer,
    expanding_layers,
    frame_bounds,
    plot_frame_spectrum,
    plot_receptive_field_growth,
    receptive_fields,
)
from keras_lateral.figure import Drawing


def frame_regularizer() -> Drawing:
    """Draws the singular values of a layer that was trained with the penalty and without."""
    found = []
    for name, penalty in (("without", None), ("with the regularizer", FrameRegularizer())):
        layer = framed_layer(penalty)
        found.append(replace(frame_bounds(layer), name=name))
    drawing = plot_frame_spectrum(FrameBoundsReport(tuple(found)))
    for bound, name in ((LOWER, "A"), (UPPER, "B")):
        drawing.axes.axhline(bound, color=ORANGE, linestyle="--")
        above = {"xytext": (0, 4), "textcoords": "offset points", "color": ORANGE}
        drawing.axes.annotate(f"${name}$ = {bound}", (45, bound), **above)
    drawing.axes.set_title("squared singular values of a trained layer")
    return drawing


def receptive_field_freeze() -> Drawing:
    """Draws how the field grows, and which layers the freeze stops."""
    model = new_network()
    fields = receptive_fields(model)
    drawing = plot_receptive_field_growth(fields)
    for layer in expanding_layers(model):
        place = list(fields).index(layer.name)
        size = fields[layer.name].size[0]
        drawing.axes.plot(place, size, "s", ms=13, mfc="none", mec=ORANGE, mew=2)
    return drawing
