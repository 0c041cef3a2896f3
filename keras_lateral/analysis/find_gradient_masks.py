"""The masks in a model, however deep they lie."""

from __future__ import annotations

import keras

from keras_lateral.layers.gradient_mask import GradientMask
from keras_lateral.ops.exact_gradients import live_switches

SUFFIX = "_gradient_mask"
"""What the name of a layer's own mask ends with, after the layer's name."""


def find_gradient_masks(model: keras.Model) -> dict[str, GradientMask]:
    """Returns the masks in a model: layers `GradientMask` and those within masked convolutions.

    They are found by their variables among the model's, so it does not matter how they are
    nested or kept: functional, Sequential or subclassed models, models in models, wrappers.

    Args:
        model: A built model.

    Returns:
        A dict from name to mask, in the order of the model's layers. The name is that of the
        layer whose gradient is masked where the mask belongs to one, else the mask's own;
        a number follows if it occurs more than once.

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
            + " Build it with `keras_lateral.GradientMask` layers or `GradientMaskConv2D` and its"
            " like, or use `keras_lateral.apply_gradient_mask(model)`."
        )
    return unique_names(list(found))


def unique_names(masks: list[GradientMask]) -> dict[str, GradientMask]:
    """Returns the masks by readable names, each of which stands for one mask."""
    named: dict[str, GradientMask] = {}
    for mask in masks:
        base = mask.name.removesuffix(SUFFIX) or mask.name
        name, number = base, 1
        while name in named:
            name, number = f"{base}_{number}", number + 1
        named[name] = mask
    return named
