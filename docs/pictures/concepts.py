"""One picture for each concept, drawn from real images by the library's own plots."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from docs.pictures.network import (
    digit,
    framed_layer,
    masked_network,
    mnist,
    new_network,
    train,
)
from docs.pictures.rows import BLUE, ORANGE
from keras_lateral import (
    Comparison,
    FrameRegularizer,
    effective_receptive_field,
    frame_bounds,
    mask_gradients,
    plot_comparison,
    plot_effective_receptive_field,
    plot_frame_spectrum,
)
from keras_lateral.figure import Drawing, new_figure


def minicolumns() -> Drawing:
    """Draws one row of a map: norms, their Laplacian of Gaussian, and where the gradient passes."""
    x, y = digit()
    at = mask_gradients(masked_network(), x, y)["conv1"]
    norms, response, mask = (maps[0, ..., 0] for maps in (at.norms, at.response, at.mask))
    row = int(np.argmax(norms.max(axis=1)))
    figure, axes = new_figure(2, 1, (6.4, 4.6))
    above, below = axes[:, 0]
    places = np.arange(norms.shape[1])
    above.bar(places, norms[row], color=BLUE, width=0.8)
    above.set_title(f"norms $N$ of the minicolumns in row {row} of a digit's map")
    colours = np.where(mask[row], ORANGE, "#bbbbbb")
    below.bar(places, response[row], color=colours, width=0.8)
    below.axhline(0, color="black", lw=0.8)
    below.set_title(r"$\delta$ = LoG * $N$: what stands out passes (orange), the rest stops (grey)")
    below.set_xlabel("column of the map")
    for panel in (above, below):
        panel.ticklabel_format(axis="y", scilimits=(-2, 3))
        panel.spines[["top", "right"]].set_visible(False)
    return Drawing(figure, axes)


def gains(layer: keras.layers.Layer, z: np.ndarray) -> np.ndarray:
    """Returns |Wz|^2 / |z|^2 of a 3 x 3 convolution for maps z, opposite borders joined."""
    joined = np.pad(z, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    outputs = keras.ops.conv(joined, layer.kernel, padding="valid")
    energy = np.square(z).sum((1, 2, 3))
    return np.square(keras.ops.convert_to_numpy(outputs)).sum((1, 2, 3)) / energy


def bounds_of_a_frame() -> Drawing:
    """Draws a layer's squared singular values, its bounds, and what it does to real maps."""
    layer = framed_layer(FrameRegularizer())
    model = train(new_network(), epochs=1)
    arriving = keras.Model(model.inputs[0], model.get_layer("pool1").output)
    maps = keras.ops.convert_to_numpy(arriving(mnist().x_test[:100]))
    noise = np.random.default_rng(0).normal(size=maps.shape).astype("float32")
    drawing = plot_frame_spectrum(frame_bounds(layer))
    drawing.figure.legends[0].remove()
    for place, (name, z) in zip((105, 109), {"digits": maps, "noise": noise}.items(), strict=True):
        values = gains(layer, z)
        style = {"s": 10, "alpha": 0.4, "color": BLUE if name == "noise" else "black"}
        drawing.axes.scatter(np.full(len(values), place), values, label=name, **style)
    drawing.axes.set_title("a convolution and its bounds; dots: $|Wz|^2 / |z|^2$")
    drawing.figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    return drawing


def fields() -> Drawing:
    """Draws what a unit could see, and what matters to it before and after training."""
    model, images = new_network(), mnist().x_train[:200]
    before = effective_receptive_field(model, "conv4", images)
    after = effective_receptive_field(train(model, epochs=10), "conv4", images)
    return plot_effective_receptive_field(before.compare(after))


def pairs(results: Path) -> Drawing:
    """Draws the comparison whose answer stands on the front page: a dot is a pair."""
    comparison = Comparison.load(results)
    return plot_comparison(comparison, width=6.4)
