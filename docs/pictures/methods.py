"""One picture for each method, by the library's own plots: the front page."""

from __future__ import annotations

from dataclasses import replace

from docs.pictures.network import LOWER, UPPER, digit, framed_layer, masked_network, new_network
from keras_lateral import (
    FrameBoundsReport,
    FrameRegularizer,
    expanding_layers,
    frame_bounds,
    mask_gradients,
    plot_frame_spectrum,
    plot_gradient_mask,
    plot_receptive_field_growth,
    receptive_fields,
)
from keras_lateral.figure import Drawing

ORANGE = "#D55E00"


def gradient_mask() -> Drawing:
    """Draws one mask at work, from the gradient that arrives to what passes."""
    x, y = digit()
    drawing = plot_gradient_mask(mask_gradients(masked_network(), x, y)["conv1"])
    drawing.figure.suptitle("the gradient of one digit at the first convolution")
    return drawing


def frame_regularizer() -> Drawing:
    """Draws the singular values of a layer that was trained with the penalty and without."""
    found = []
    for name, penalty in (("without", None), ("with the regularizer", FrameRegularizer())):
        layer = framed_layer(penalty)
        found.append(replace(frame_bounds(layer), name=name))
    drawing = plot_frame_spectrum(FrameBoundsReport(tuple(found)))
    for bound, name in ((LOWER, "A"), (UPPER, "B")):
        drawing.axes.axhline(bound, color=ORANGE, linestyle="--")
        drawing.axes.annotate(f"${name}$ = {bound}", (1, bound), color=ORANGE, xytext=(0, 4), textcoords="offset points")
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
