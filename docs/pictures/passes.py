"""Both passes of each method, at one digit: the pictures of the methods' cards."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from docs.pictures.network import digit, maps_of, masked_network, mnist, new_network, train
from docs.pictures.rows import as_matrix, draw_map, draw_signed, two_passes, write
from keras_lateral import FrameRegularizer, ReceptiveFieldFreeze, expanding_layers, mask_gradients
from keras_lateral.figure import Drawing
from keras_lateral.ops import gradients


def gradient_mask_passes() -> Drawing:
    """Draws what a mask leaves alone and what it stops."""
    model = masked_network()
    x, y = digit()
    at = mask_gradients(model, x, y)["conv1"]
    norms, response, mask = (maps[0, ..., 0] for maps in (at.norms, at.response, at.mask))
    conv1 = maps_of(model, x)["conv1"]
    drawing = two_passes(4)
    forward, backward = drawing.axes
    draw_map(forward[0], x[0, ..., 0], "image")
    draw_map(forward[1], conv1, "$x$: a map", cmap="viridis")
    draw_map(forward[2], conv1, "$y = x$, the same bits", cmap="viridis")
    write(forward[3], "the other layers,\nthen the loss $L$")
    strength = {"cmap": "magma", "vmin": 0, "vmax": norms.max()}
    draw_map(backward[0], np.ma.masked_where(~mask, norms), r"$a \cdot g$ passes on", **strength)
    backward[0].set_facecolor("#8b8b8b")
    draw_map(backward[1], mask, rf"mask $a$: {mask.mean():.0%}".replace("%", r" % pass"))
    top = np.abs(response).max()
    draw_map(backward[2], response, r"$\delta$ = LoG * $N$", cmap="RdBu", vmin=-top, vmax=top)
    draw_map(backward[3], norms, r"$N$: norms of $g$", **strength)
    return drawing


def task_gradient(model: keras.Model, name: str) -> np.ndarray:
    """Returns the gradient of the loss for a layer's kernel, on all training images."""
    images, layer = mnist(), model.get_layer(name)
    trained = list(model.trainable_variables)
    at = next(place for place, variable in enumerate(trained) if variable is layer.kernel)

    def loss(kernel: Any) -> Any:
        values = [variable.value for variable in trained]
        values[at] = kernel
        fixed = [variable.value for variable in model.non_trainable_variables]
        outputs, _ = model.stateless_call(values, fixed, images.x_train)
        return model.loss(images.y_train, outputs)

    return keras.ops.convert_to_numpy(gradients(loss, [layer.kernel.value])[1][0])


def centre(kernel: Any) -> np.ndarray:
    """Returns the centre taps of a 3 x 3 kernel: a matrix, inputs by outputs."""
    return keras.ops.convert_to_numpy(kernel)[1, 1]


def frame_passes() -> Drawing:
    """Draws the layer that stays as it is, and the second gradient that its kernel gets."""
    model, (x, _) = train(new_network(), epochs=1), digit()
    kernel = model.get_layer("conv3").kernel
    regularizer = FrameRegularizer(factor=1e-4)
    pull = keras.ops.convert_to_numpy(gradients(regularizer, [kernel.value])[1][0])
    task = task_gradient(model, "conv3")
    maps = maps_of(model, x)
    drawing = two_passes(3)
    forward, backward = drawing.axes
    draw_map(forward[0], maps["pool1"], "$z$: what arrives", cmap="viridis")
    draw_signed(forward[1], centre(kernel), "the kernel $W$")
    forward[1].set_xlabel("centre taps, 16 x 16 channels", fontsize="small")
    draw_map(forward[2], maps["conv3"], "$Wz$, as without it", cmap="viridis")
    draw_signed(backward[0], centre(task + pull), "what the optimizer gets")
    draw_signed(backward[1], centre(pull), r"penalty: $\gamma\,\partial R/\partial W$")
    draw_signed(backward[2], centre(task), r"loss: $\partial L/\partial W$")
    share = np.linalg.norm(pull) / np.linalg.norm(task)
    backward[1].set_xlabel(f"{share:.1f} times the loss's", fontsize="small")
    return drawing


def changes_of_a_frozen_epoch(model: keras.Model) -> dict[str, np.ndarray]:
    """Returns how an epoch with frozen expanding layers changes each kernel."""
    layers = [layer for layer in model.layers if layer.weights]
    before = [keras.ops.convert_to_numpy(layer.kernel).copy() for layer in layers]
    train(model, epochs=1, callbacks=[ReceptiveFieldFreeze(epochs=0)])
    return {
        layer.name: keras.ops.convert_to_numpy(layer.kernel) - old
        for layer, old in zip(layers, before, strict=True)
    }


def freeze_passes() -> Drawing:
    """Draws each layer's map, and how a frozen epoch changes each kernel."""
    model, (x, _) = train(new_network()), digit()
    frozen = {found.name for found in expanding_layers(model)}
    maps = maps_of(model, x)
    changes = changes_of_a_frozen_epoch(model)
    drawing = two_passes(4)
    forward, backward = drawing.axes
    for name, above, below in zip(("conv2", "conv3", "conv4"), forward, backward, strict=False):
        draw_map(above, maps[name], name + (": expands" if name in frozen else ""), cmap="viridis")
        below.set_xlabel("frozen: the same bits" if name in frozen else "trained")
    forward[3].barh(range(10), maps["dense"], color="#0072B2")
    forward[3].set_title("scores of the digits", fontsize="medium")
    forward[3].invert_yaxis()
    backward[3].set_xlabel("trained")
    for panel, name in zip(backward, ("conv2", "conv3", "conv4", "dense"), strict=True):
        draw_signed(panel, as_matrix(changes[name]), "change of $W$")
    return drawing
