"""The gradient that arrives at each mask in a training step, and what the mask makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import gradients_are_exact, live_switches
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.mask import inhibition_response, mask_of_norms
from keras_lateral.gradient_mask.minicolumns import minicolumn_norms
from keras_lateral.gradient_mask.probes import probing
from keras_lateral.keras_tools.arguments import Tensor
from keras_lateral.keras_tools.autodiff import gradients
from keras_lateral.keras_tools.labels.by_layer import ByLayer
from keras_lateral.keras_tools.labels.label import as_label
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels, numbered
from keras_lateral.keras_tools.training_step import (
    Loss,
    build_for,
    check_loss,
    training_loss,
    unchanged,
)


def find_gradient_masks(model: keras.Model) -> dict[str, GradientMask]:
    """Returns the masks in a model: layers `GradientMask` and those within masked convolutions.

    They are found by their variables among the model's, so it does not matter how they are
    nested or kept: functional, Sequential or subclassed models, models in models, wrappers.

    Args:
        model: A built model.

    Returns:
        A dict from label to mask, in the order of the model's layers. The label is that of the
        layer whose gradient is masked where the mask belongs to one, else the mask's own: the
        name, or the path, such as `"block/conv"`, where several layers have that name.

    Raises:
        ValueError: If the model has no mask, or is not built.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMaskConv2D, find_gradient_masks
    >>> model = keras.Sequential(
    ...     [
    ...         keras.Input((8, 8, 3)),
    ...         GradientMaskConv2D(4, 3, name="first"),
    ...         GradientMaskConv2D(4, 3, name="second"),
    ...     ]
    ... )
    >>> list(find_gradient_masks(model))
    ['first', 'second']
    """
    owner = {
        id(variable): mask
        for mask in live_switches()
        if isinstance(mask, GradientMask)
        for variable in mask.variables
    }
    found = dict.fromkeys(owner[id(v)] for v in model.variables if id(v) in owner)
    if not found:
        raise ValueError(
            f"Model {model.name!r} has no gradient mask"
            + ("." if model.built else ", or none yet: it is not built. Call it on data first.")
            + " Build it with `keras_lateral.GradientMask` layers or masked convolutions such as"
            " `GradientMaskConv2D`, or use `keras_lateral.apply_gradient_mask(model)`."
        )
    return by_label(model, list(found))


def by_label(model: Any, masks: list[GradientMask]) -> dict[str, GradientMask]:
    """Returns masks of a model by their labels: those of the layers that they belong to."""
    labels = LayerLabels(model)
    owners = {id(getattr(layer, "gradient_mask", None)): layer for layer in labels.layers}
    found = labels.of_all(owners.get(id(mask), mask) for mask in masks)
    # What no layer has as its attribute is not among the model's, and has its name alone.
    unique = [
        label if text == label else as_label(text)
        for label, text in zip(found, numbered(found), strict=True)
    ]
    return ByLayer(zip(unique, masks, strict=True))


Call = tuple[GradientMask, Tensor]
"""A mask and zeros like its output: one call of it in a forward pass."""


@dataclass(frozen=True, eq=False)
class GradientAtMask:
    """What one mask does to one batch. All arrays are channels last, whatever the layer's format.

    Args:
        name: The mask's name.
        gradient: g, float32 array of shape `(batch, *spatial, channels)`: dL/dy where it arrives.
        norms: N, float32 array of shape `(batch, *spatial, K)`: the norms of the minicolumns.
        response: delta, float32 array like `norms`: the Laplacian of Gaussian of the norms.
        mask: a, boolean array like `norms`: true where the gradient passes.
        enabled: Whether the mask acts; one that does not passes everything.
    """

    name: str
    gradient: np.ndarray
    norms: np.ndarray
    response: np.ndarray
    mask: np.ndarray
    enabled: bool


def mask_gradients(
    model: keras.Model, x: Any, y: Any, loss: Loss = None
) -> dict[str, GradientAtMask]:
    """Returns the gradient that arrives at each mask when a model trains on a batch.

    The masks of later layers act on it, as in training. Nothing in the model changes: neither
    weights nor the statistics of batch normalization, seeds, optimizer or metrics.

    Args:
        model: A model with masks; it is built if necessary.
        x: The batch's inputs, as for `fit`: an array, or arrays in a list or dict.
        y: The batch's targets.
        loss: A Keras loss or its name. Defaults to the model's compiled loss, with everything a
            training step adds to it.

    Returns:
        A dict from name (see `find_gradient_masks`) to `GradientAtMask`, in the order of the
        forward pass. A mask that is called n times appears n times: `name`, `name:1`, ...

    Raises:
        ValueError: If the model has no mask, or none that the forward pass calls, or there is no
            loss.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, mask_gradients
    >>> model = keras.Sequential(
    ...     [
    ...         GradientMaskConv2D(4, 3, name="conv", sigma=1.0, feature_sets=2),
    ...         keras.layers.Flatten(),
    ...         keras.layers.Dense(1),
    ...     ]
    ... )
    >>> at = mask_gradients(model, np.ones((5, 8, 8, 3)), np.ones((5, 1)), loss="mse")["conv"]
    >>> at.gradient.shape, at.mask.shape
    ((5, 6, 6, 4), (5, 6, 6, 2))
    """
    check_loss(model, loss)
    build_for(model, x)
    names = names_of_masks(model)
    calls = calls_of_masks(model, x, y, loss)
    arrived: dict[str, GradientAtMask] = ByLayer()
    found = arriving_gradients(model, x, y, loss, calls)
    for (mask, _), gradient in zip(calls, found, strict=True):
        name = names[id(mask)]
        earlier = sum(at.name == name for at in arrived.values())
        key = as_label(name) + f":{earlier}" if earlier else name
        arrived[key] = at_mask(name, mask, gradient)
    return arrived


def names_of_masks(model: keras.Model) -> dict[int, str]:
    """Returns the masks' names by the masks' ids."""
    return {id(mask): name for name, mask in find_gradient_masks(model).items()}


def calls_of_masks(model: keras.Model, x: Any, y: Any, loss: Loss) -> list[Call]:
    """Returns the calls of masks in the forward pass of a training step, in order."""
    calls: list[Call] = []

    def note(mask: GradientMask, y: Tensor) -> Tensor:
        calls.append((mask, ops.zeros(ops.shape(y), y.dtype)))
        return y

    with probing(note), unchanged(model):
        training_loss(model, x, y, loss)
    if not calls:
        raise ValueError(
            f"No gradient mask of model {model.name!r} is called with `training=True` when the "
            "model trains. A subclassed model's `call` must take the argument `training`."
        )
    return calls


def arriving_gradients(
    model: keras.Model, x: Any, y: Any, loss: Loss, calls: list[Call]
) -> list[Tensor]:
    """Returns the gradient that arrives at each call.

    Zeros are added to every output; the gradient with respect to them is the one that arrives.
    """

    def step(*zeros: Tensor) -> Tensor:
        remaining = iter(zeros)
        with probing(lambda mask, y: y + next(remaining)), unchanged(model):
            return training_loss(model, x, y, loss)

    return gradients(step, [zeros for _, zeros in calls])[1]


def at_mask(name: str, mask: GradientMask, gradient: Tensor) -> GradientAtMask:
    """Returns what `mask`, as set now, does to a gradient."""
    settings, data_format = mask.settings, mask.data_format
    values = mask.values()  # tensors, so that every rounding is that of a training step
    enabled = mask.enabled and not gradients_are_exact()
    norms = minicolumn_norms(gradient, settings.feature_sets, data_format)
    delta = inhibition_response(norms, settings, data_format, values)
    passes = mask_of_norms(norms, settings, data_format, values)

    def array(tensor: Tensor) -> np.ndarray:
        values = np.asarray(ops.convert_to_numpy(tensor))
        return np.moveaxis(values, 1, -1) if data_format == "channels_first" else values

    gradient = ops.cast(gradient, "float32")
    return GradientAtMask(name, array(gradient), array(norms), array(delta), array(passes), enabled)
