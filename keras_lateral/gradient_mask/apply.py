"""Puts gradient masks into an existing model, and takes them out again."""

from __future__ import annotations

from typing import Any, Literal, Unpack

import keras

from keras_lateral.gradient_mask import convolutions
from keras_lateral.gradient_mask.exact_gradients import unregister_switch
from keras_lateral.gradient_mask.idle import stop_looking_for_idle, warn_if_idle
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.masked_layer import MaskedInPlace, MaskedLayer, in_place_class
from keras_lateral.gradient_mask.minicolumns import number_of_sets
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import GradientMaskArguments, Scope, check_choice
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.followed_layer import (
    class_without_following,
    exchanged_class,
    follow,
    followed_by,
    unfollow,
)
from keras_lateral.keras_tools.attaching.layer_class import change_class
from keras_lateral.keras_tools.attaching.layer_shapes import known_output_shape
from keras_lateral.keras_tools.attaching.lost_on_saving import (
    holds_its_class,
    stop_warning,
    warn_when_lost,
)
from keras_lateral.keras_tools.attaching.nothing_to_remove import warn_of_nothing_to_remove
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.attaching.tracked_attribute import (
    delete_tracked_attribute,
    set_tracked_attribute,
)
from keras_lateral.keras_tools.attaching.unreached_kernels import warn_about_unreached
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers, layers_to_choose

MASKED: dict[type, Any] = {
    masked.__mro__[2]: masked
    for masked in vars(convolutions).values()
    if isinstance(masked, type) and issubclass(masked, MaskedLayer) and masked is not MaskedLayer
}
"""Maps each of Keras' convolutions to its masked form."""

CONVOLUTIONS = tuple(MASKED)
"""Keras' convolutions; their subclasses with a gradient mask are among what is chosen by these."""

PLAIN: dict[type, Any] = {masked: plain for plain, masked in MASKED.items()}
"""Maps each masked convolution to that of Keras."""

Existing = Literal["error", "keep", "replace"]

ATTRIBUTE = "gradient_mask"
"""The attribute of a masked layer that holds its mask."""

WHAT = "gradient masks"
AGAIN = '`keras_lateral.apply_gradient_mask(model, existing="keep")`, with the same arguments.'
"""For the warning that a file or a copy has lost them."""


def apply_gradient_mask(
    model: keras.Model,
    layers: Choice = CONVOLUTIONS,
    *,
    scope: Scope = "all",
    existing: Existing = "error",
    **arguments: Unpack[GradientMaskArguments],
) -> keras.Model:
    """Puts gradient masks behind the chosen layers of a model, in place, and returns the model.

    The model stays the same object: its class, layers, weights, optimizer, compilation and
    outputs are what they were, bit for bit; only its gradients in training differ. Keras'
    convolutions become those of this library, but keep their class's name, so that weight files
    fit the model with masks and without. The output of any other layer goes through a
    `GradientMask`. A layer's mask is its attribute `gradient_mask`.

    Masks are put into the model that you train, not into one nested in it: only its compiled
    functions are made anew, and only its first training step is looked at: if a mask has no part in
    it there is a warning. Layers inside a layer or a model whose `get_config` does not hold them
    come back from a file without their masks: saving warns of that and names them, and
    `apply_gradient_mask(loaded, existing="keep")` puts them back.

    To compare a model with and without masks, build it twice, or use `keras.models.clone_model`
    first.

    Args:
        model: Any model, built or not; layers are found however deep they lie, in nested models,
            wrappers, and in other layers.
        layers: The layers to mask: a name, a layer class, a function from a layer to bool, or a
            list of these. Defaults to all convolutions.
        scope: `"all"`: the masked gradient goes on to earlier layers. `"weights"`: it reaches
            only the chosen layers' own weights; they must be Keras' convolutions.
        existing: What to do if layers have masks already: `"error"`, `"keep"` them and mask the
            other chosen ones only, or `"replace"` those of the chosen layers.
        **arguments: The mask's arguments, see `GradientMask`.

    Returns:
        `model`.

    Raises:
        ValueError: If the model already has masks, `layers` matches no layer, or a chosen layer
            cannot be masked with this `scope`. The model is then as it was.

    Example:

    >>> import keras
    >>> from keras_lateral import apply_gradient_mask
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> apply_gradient_mask(model, sigma=1.0).get_layer("conv").gradient_mask.sigma
    1.0
    """
    check_choice("scope", scope, Scope)
    check_choice("existing", existing, Existing)
    if layers is CONVOLUTIONS:
        check_has_convolution(model)
    chosen = choose_layers(model, layers)  # first of all: a name may be misspelt
    if existing == "error" and has_gradient_mask(model):
        raise ValueError(
            f'Model {model.name!r} already has gradient masks. Use existing="keep" to mask other '
            'layers only, existing="replace", or `keras_lateral.remove_gradient_mask(model)` '
            f"first. Received: existing={existing!r}"
        )
    if layers is CONVOLUTIONS:
        warn_about_unreached(model, "not masked, unless chosen by `layers`", stacklevel=2)
    if existing == "keep":
        chosen = [layer for layer in chosen if _own_mask(layer) is None]
    if scope != "all":
        _check_are_convolutions(chosen, scope)
    with strategy_scope(model):
        masks = [_mask_for(layer, arguments) for layer in chosen]
    for layer, mask in zip(chosen, masks, strict=True):  # only now: all of them fit
        if _own_mask(layer) is not None:
            _take_mask(layer)
        _put_mask(layer, mask, scope)
    rebuild_compiled_functions(model)
    warn_when_lost(model, chosen, holds_its_class, what=WHAT, again=AGAIN)
    warn_if_idle(model, masks)
    return model


def remove_gradient_mask(model: keras.Model) -> keras.Model:
    """Takes all gradient masks out of a model, in place, and returns it.

    The model is then one of Keras' own layers, which saves and loads where this library is not
    installed. Weights, optimizer, compilation and outputs stay, bit for bit. A `GradientMask` that
    is a layer of the model by itself becomes a `keras.layers.Identity`.

    Args:
        model: Any model.

    Returns:
        `model`.

    Raises:
        ValueError: If a mask belongs to a class of your own that is derived from a masked
            convolution. The model is then as it was.

    Example:

    >>> import keras
    >>> from keras_lateral import GradientMaskConv2D, remove_gradient_mask
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), GradientMaskConv2D(4, 3)])
    >>> type(remove_gradient_mask(model).layers[0]).__name__
    'Conv2D'
    """
    layers = list(all_layers(model))
    masks = [layer for layer in layers if isinstance(layer, GradientMask)]
    if not masks:
        warn_of_nothing_to_remove(model, "gradient masks")
        return model
    owners = [layer for layer in layers if isinstance(_own_mask(layer), GradientMask)]
    _check_removable(owners)
    owned = {id(_own_mask(layer)) for layer in owners}
    stop_warning(model, owners, what=WHAT)
    stop_looking_for_idle(model)
    for layer in owners:
        _take_mask(layer)
    for mask in masks:
        if id(mask) not in owned:
            _become_identity(mask)
    rebuild_compiled_functions(model)
    return model


def check_has_convolution(model: keras.Model) -> None:
    """Raises if a model has no convolutions, the layers that are masked by default."""
    layers = layers_to_choose(model)
    if not any(isinstance(layer, CONVOLUTIONS) for layer in layers):
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with convolutions, which are "
            f"masked by default. Received: model {model.name!r} with the layers "
            f"{LayerLabels(model).of_all(layers)}. Choose the layers to mask with `layers`."
        )


def has_gradient_mask(model: keras.Model) -> bool:
    """Returns whether a model contains gradient masks."""
    return any(isinstance(layer, GradientMask) for layer in all_layers(model))


def _check_are_convolutions(layers: list[keras.layers.Layer], scope: Scope) -> None:
    for layer in layers:
        if class_without_following(layer) not in MASKED and _plain_class(layer) is None:
            raise ValueError(
                "Invalid value for argument `scope`. Expected 'all' for layers other than Keras' "
                f"own convolutions. Received: scope={scope!r} for layer {layer.name!r} of type "
                f"{type(layer).__name__}. Use scope='all', or choose other `layers`."
            )


def _mask_for(layer: Any, arguments: GradientMaskArguments) -> GradientMask:
    mask = GradientMask(
        **arguments,
        data_format=getattr(layer, "data_format", None),
        dtype=layer.dtype_policy,
        name=f"{layer.name}_gradient_mask",
    )
    shape = known_output_shape(layer)
    if shape is not None:
        mask.build(shape)
    elif hasattr(layer, "filters"):
        number_of_sets(mask.feature_sets, layer.filters)
    return mask


def _put_mask(layer: Any, mask: GradientMask, scope: Scope) -> None:
    masked = MASKED.get(class_without_following(layer))
    if masked is None:
        follow(layer, ATTRIBUTE, mask)
        return
    set_tracked_attribute(layer, ATTRIBUTE, mask)
    object.__setattr__(layer, "scope", scope)  # of a masked layer, only masking it anew sets it
    change_class(layer, exchanged_class(layer, in_place_class(masked)))


def _plain_class(layer: keras.layers.Layer) -> type | None:
    """Returns Keras' class of a masked convolution; `None` for any other layer."""
    masked = class_without_following(layer)
    return masked.plain if issubclass(masked, MaskedInPlace) else PLAIN.get(masked)


def _own_mask(layer: keras.layers.Layer) -> Any:
    return getattr(layer, ATTRIBUTE, None)


def _check_removable(owners: list[keras.layers.Layer]) -> None:
    own = [
        layer
        for layer in owners
        if ATTRIBUTE not in followed_by(layer) and _plain_class(layer) is None
    ]
    if own:
        raise ValueError(
            "The gradient masks of "
            + ", ".join(f"{layer.name!r} (class {type(layer).__name__})" for layer in own)
            + " belong to classes of your own, of which this library does not know the plain form. "
            "Set `layer.gradient_mask.enabled = False` for these, or derive them from Keras' "
            "convolutions and mask them with `apply_gradient_mask`."
        )


def _take_mask(layer: Any) -> None:
    if ATTRIBUTE in followed_by(layer):
        unfollow(layer, ATTRIBUTE)
        return
    plain: Any = _plain_class(layer)
    change_class(layer, exchanged_class(layer, plain))
    delete_tracked_attribute(layer, ATTRIBUTE)
    del layer.scope


def _become_identity(mask: Any) -> None:
    unregister_switch(mask)
    change_class(mask, keras.layers.Identity)
    delete_tracked_attribute(mask, "_now")
