"""Attaches regularizers to the layers of an existing model, and detaches them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal

import keras

from keras_lateral.frame.kernels_to_regularize import kernels_to_regularize
from keras_lateral.frame.penalty import LORA_FACTORS, Penalty
from keras_lateral.frame.watch_attached import stop_watching, watch_attached
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import check_choice
from keras_lateral.keras_tools.attaching.compiled_functions import rebuild_compiled_functions
from keras_lateral.keras_tools.attaching.nothing_to_remove import warn_of_nothing_to_remove
from keras_lateral.keras_tools.attaching.strategy_scope import strategy_scope
from keras_lateral.keras_tools.attaching.tracked_attribute import set_tracked_attribute
from keras_lateral.keras_tools.labels.by_layer import ByLayer
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import LayerKernel, kernels_of_model

Existing = Literal["error", "keep", "replace"]


def find_regularizers(model: keras.Model) -> dict[str, Penalty]:
    """Returns the regularizers of this library in a model, by the labels of their layers.

    They are found on every kernel that `attach_regularizer` can reach, whether attached or given
    to the layer when it was made. A layer's label is its name, or its path, such as
    `"block/conv"`, where several layers have that name.

    Args:
        model: A built model.

    Returns:
        A dict in the model's order. A regularizer that layers share occurs once for each.

    Raises:
        ValueError: If there is none.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer, find_regularizers
    >>> conv = keras.layers.Conv2D(4, 3, kernel_regularizer=FrameRegularizer(), name="conv")
    >>> list(find_regularizers(keras.Sequential([keras.Input((8, 8, 3)), conv])))
    ['conv']
    """
    found: dict[str, Penalty] = ByLayer(
        (kernel.label, kernel.regularizer) for kernel in regularized_kernels(model)
    )
    if not found:
        raise ValueError(
            f"Model {model.name!r} has no regularizer of this library. Give its layers one, such "
            "as `kernel_regularizer=keras_lateral.FrameRegularizer()`, or use "
            "`keras_lateral.attach_regularizer`."
        )
    return found


def regularized_kernels(
    model: keras.Model, layers: Iterable[keras.layers.Layer] | None = None
) -> list[LayerKernel]:
    """Returns the kernels of some layers, or of all, that have a regularizer of this library."""
    kernels = kernels_of_model(model, layers)
    return [kernel for kernel in kernels if isinstance(kernel.regularizer, Penalty)]


def attach_regularizer(
    model: keras.Model,
    regularizer: Penalty,
    layers: Choice | None = None,
    *,
    existing: Existing = "error",
) -> dict[str, Penalty]:
    """Gives each layer of a model its own regularizer, with the layer's settings.

    A regularizer sees only the kernel. This function reads kind, strides, dilation rate and
    groups from each layer and makes a copy of the regularizer with them. The model may be built,
    pretrained and compiled; it is changed in place, and saves and loads with its regularizers. A
    regularizer that a layer already has, such as `keras.regularizers.L2`, stays in effect beside
    the new one.

    Attach to the model that you train, not to one nested in it: only its compiled functions are
    rebuilt, and only its first training step is looked at. If that step leaves out a regularizer,
    since an own `train_step` adds no `self.losses`, there is a warning.

    `import keras_lateral` before loading a saved model. Layers inside a layer or a model whose
    `get_config` does not hold them come back without their regularizers: saving and copying warn of
    that and name them. `attach_regularizer(loaded, regularizer, existing="keep")` puts them back.

    Args:
        model: Any model. Of subclassed models, layers are found among the attributes.
        regularizer: One of this library's. It is copied, not used itself.
        layers: A layer's name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to all convolutions, and in a model without any to all dense layers.
            Layers that convolve by themselves, which no default reaches, are named in a warning,
            and so are recurrent and attention layers where dense ones are all there is.
        existing: What to do where a layer has a regularizer of this library already: `"error"`,
            `"keep"` it and attach to the others only, or `"replace"` it.

    Returns:
        A dict from the layer's label, as in `find_regularizers` (of separable convolutions
        `"name/depthwise"` and `"name/pointwise"`), to its regularizer, whose `factor` can be set at
        any time (in a JAX step of your own, see `FrameRegularizer`).

    Raises:
        ValueError: If there is no layer to regularize, or a chosen one has no known kernel,
            already has a regularizer of this library, or cannot be regularized with these
            settings, or if its kernel is calculated from others (LoRA) or quantized.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer, attach_regularizer
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, strides=2)])
    >>> attached = attach_regularizer(model, FrameRegularizer(lower=0.5, upper=2.0))
    >>> [copy.geometry.strides for copy in attached.values()], len(model.losses)
    ([(2, 2)], 1)
    """
    if not isinstance(regularizer, Penalty):
        raise ValueError(
            "Invalid value for argument `regularizer`. Expected a regularizer of this library, "
            f"such as `keras_lateral.FrameRegularizer()`. Received: regularizer={regularizer!r}"
        )
    check_choice("existing", existing, Existing)
    kernels = kernels_to_regularize(model, layers)
    with strategy_scope(model):
        penalties = [
            _regularizer_for(kernel, regularizer, index, existing)
            for index, kernel in enumerate(kernels)
        ]
        pairs = zip(kernels, penalties, strict=True)
        new = [(kernel, penalty) for kernel, penalty in pairs if kernel.regularizer is not penalty]
        for kernel, penalty in new:  # only now: all of them fit
            _set_regularizer(kernel, penalty)
        rebuild_compiled_functions(model)
    _warn_about_frozen_layers(kernels)
    watch_attached(model, new)
    return _penalties_by_label(kernels, penalties)


def detach_regularizer(model: keras.Model, layers: Choice | None = None) -> list[str]:
    """Removes this library's regularizers from a model's layers; earlier ones remain.

    Args:
        model: Any model.
        layers: As for `attach_regularizer`. Defaults to all layers.

    Returns:
        The labels of the layers that had one. If none of them had one, there is a warning.

    Raises:
        ValueError: If `layers` matches no layer.

    Example:

    >>> import keras
    >>> from keras_lateral import FrameRegularizer, attach_regularizer, detach_regularizer
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
    >>> _ = attach_regularizer(model, FrameRegularizer())
    >>> len(detach_regularizer(model)), model.losses
    (1, [])
    """
    chosen = list(all_layers(model))
    if layers is not None:
        chosen = choose_layers(model, layers, chosen)
    kernels = regularized_kernels(model, chosen)
    if not kernels:
        warn_of_nothing_to_remove(model, "regularizers of this library", layers)
        return []
    for kernel in kernels:
        _set_regularizer(kernel, kernel.regularizer.beside)
    rebuild_compiled_functions(model)
    stop_watching(model, [kernel.layer for kernel in kernels])
    return [kernel.label for kernel in kernels]


def _regularizer_for(
    kernel: LayerKernel, regularizer: Penalty, index: int, existing: Existing
) -> Penalty:
    """Returns the regularizer that a kernel will have: a new one, or the one that it keeps."""
    before = kernel.regularizer
    if isinstance(before, Penalty):
        if existing == "keep":
            return before
        if existing == "error":
            raise ValueError(
                f"Layer {kernel.label!r} already has a {type(before).__name__}. Use "
                'existing="keep" to attach to the other layers only, or existing="replace". '
                f"Received: existing={existing!r}"
            )
        before = before.beside
    config, geometry = regularizer.get_config(), kernel.geometry
    new = type(regularizer).from_config(
        {
            **config,
            **asdict(geometry),
            "seed": config["seed"] + 2 * index,  # so that layers share no random numbers
            "beside": keras.regularizers.serialize(before) if before else None,
        }
    )
    if kernel.layer.built:
        new.check(tuple(kernel.variable.shape), kernel.label)
    return new


def _set_regularizer(kernel: LayerKernel, regularizer: Any) -> None:
    before = getattr(kernel.layer, kernel.regularizer_name)
    set_tracked_attribute(kernel.layer, kernel.regularizer_name, regularizer)
    if kernel.layer.built:
        for variable in kernel.layer.weights:  # `enable_lora` gives it to the factors too
            if variable.name in LORA_FACTORS and variable.regularizer is before:
                variable.regularizer = regularizer
        kernel.weight.regularizer = regularizer


def _warn_about_frozen_layers(kernels: list[LayerKernel]) -> None:
    frozen = [kernel.label for kernel in kernels if not kernel.layer.trainable]
    if frozen:
        warnings.warn(
            f"The layers {frozen} are not trainable, so Keras does not regularize them for now.",
            UserWarning,
            stacklevel=3,
        )


def _penalties_by_label(kernels: list[LayerKernel], penalties: list[Penalty]) -> dict[str, Penalty]:
    return ByLayer(zip((kernel.label for kernel in kernels), penalties, strict=True))
