"""Adds gradient masks to an existing model, and removes them."""

from __future__ import annotations

import warnings
from typing import Any, Unpack

import keras

from keras_lateral.gradient_mask import convolutions
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.masked_layer import MASK_ARGUMENTS, MaskedLayer
from keras_lateral.keras_tools.arguments import GradientMaskArguments, Scope
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers, leaf_layers
from keras_lateral.keras_tools.model_copy import check_copyable, copy_layer, copy_model

MASKED: dict[type, Any] = {
    masked.__mro__[2]: masked
    for masked in vars(convolutions).values()
    if isinstance(masked, type) and issubclass(masked, MaskedLayer) and masked is not MaskedLayer
}
"""Maps each of Keras' convolutions to its masked form."""

CONVOLUTIONS = tuple(MASKED)
"""Keras' convolutions; their subclasses with a gradient mask are among what is chosen by these."""

PLAIN: dict[type, Any] = {masked: plain for plain, masked in MASKED.items()}


def apply_gradient_mask(
    model: keras.Model,
    layers: Choice = CONVOLUTIONS,
    *,
    scope: Scope = "all",
    **arguments: Unpack[GradientMaskArguments],
) -> keras.Model:
    """Returns a copy of a model with gradient masks after the chosen layers.

    The copy has the same layer names, weights and outputs, bit for bit; only its gradients in
    training differ. Keras' convolutions are replaced by those of this library; any other layer
    whose output is a map is followed by a `GradientMask`.

    Args:
        model: A functional or Sequential model, possibly with nested models.
        layers: The layers to mask: a name, a layer class, a function from a layer to bool, or a
            list of these. Defaults to all convolutions.
        scope: `"all"`: the masked gradient goes on to earlier layers. `"weights"`: it reaches
            only the chosen layers' own weights; they must be Keras' convolutions.
        **arguments: The mask's arguments, see `GradientMask`.

    Returns:
        A new model, compiled like `model` with an optimizer of its own.

    Raises:
        ValueError: If `model` is subclassed or already has masks, `layers` matches no layer, or a
            chosen layer cannot be masked with this `scope`.

    Example:

    >>> import keras
    >>> from keras_lateral import apply_gradient_mask
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> apply_gradient_mask(model, sigma=1.0).get_layer("conv").gradient_mask.sigma
    1.0
    """
    check_copyable(model)
    if has_gradient_mask(model):
        raise ValueError(
            f"Model {model.name!r} already has gradient masks. Remove them first with "
            "`keras_lateral.remove_gradient_mask(model)`."
        )
    if layers is CONVOLUTIONS:
        check_has_convolution(model)
    chosen = choose_layers(model, layers)

    def replace(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
        if not any(layer is chosen_layer for chosen_layer in chosen):
            return [copy_layer(layer)]
        masked = MASKED.get(type(layer))
        if masked is not None:
            return [masked.from_config({**layer.get_config(), **arguments, "scope": scope})]
        if scope != "all":
            raise ValueError(
                "Invalid value for argument `scope`. Expected 'all' for layers other than Keras' "
                f"own convolutions. Received: scope={scope!r} for layer {layer.name!r} of type "
                f"{type(layer).__name__}. Use scope='all', or choose other `layers`."
            )
        return [copy_layer(layer), _mask_after(layer, arguments)]

    return copy_model(model, replace)


def remove_gradient_mask(model: keras.Model) -> keras.Model:
    """Returns a copy of a model without gradient masks, for use without this library.

    Args:
        model: A functional or Sequential model, possibly with nested models.

    Returns:
        A new model of Keras' own layers with the same weights and outputs, bit for bit, compiled
        like `model` with an optimizer of its own.

    Raises:
        ValueError: If `model` is subclassed.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMaskConv2D, remove_gradient_mask
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), GradientMaskConv2D(4, 3)])
    >>> type(remove_gradient_mask(model).layers[0]).__name__
    'Conv2D'
    """
    check_copyable(model)
    if not has_gradient_mask(model):
        warnings.warn(
            f"Model {model.name!r} has no gradient masks: the copy is the same model.",
            UserWarning,
            stacklevel=2,
        )

    def replace(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
        if isinstance(layer, GradientMask):
            return []
        plain = PLAIN.get(type(layer))
        if plain is None:
            return [copy_layer(layer)]
        own = {parameter.name for parameter in MASK_ARGUMENTS} | {"scope"}
        config = {name: value for name, value in layer.get_config().items() if name not in own}
        return [plain.from_config(config)]

    return copy_model(model, replace)


def check_has_convolution(model: keras.Model) -> None:
    """Raises if a model has no convolutions, the layers that are masked by default."""
    layers = list(leaf_layers(model))
    if not any(type(layer) in MASKED for layer in layers):
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with convolutions, which are "
            f"masked by default. Received: model {model.name!r} with the layers "
            f"{[layer.name for layer in layers]}. Choose the layers to mask with `layers`."
        )


def has_gradient_mask(model: keras.Model) -> bool:
    """Returns whether a functional or Sequential model contains gradient masks."""
    return any(isinstance(layer, (GradientMask, MaskedLayer)) for layer in leaf_layers(model))


def _mask_after(layer: keras.layers.Layer, arguments: GradientMaskArguments) -> GradientMask:
    return GradientMask(
        **arguments,
        data_format=getattr(layer, "data_format", None),
        dtype=layer.dtype_policy,
        name=f"{layer.name}_gradient_mask",
    )
