"""Which kernels of a model a regularizer is attached to, and which it cannot be."""

from __future__ import annotations

import warnings

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.unreached_kernels import (
    other_matrices,
    unreached_kernels,
    warn_about_unreached,
)
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import LayerKernel, kernels_of_model, layer_kernels


def kernels_to_regularize(model: keras.Model, layers: Choice | None) -> list[LayerKernel]:
    """Returns the kernels of a model that are regularized, each once.

    Args:
        model: Any model.
        layers: As for `attach_regularizer`.

    Raises:
        ValueError: If there is none, or a chosen layer has none that can be regularized.
    """
    chosen = (
        _default_layers(model)
        if layers is None
        else choose_layers(model, layers, all_layers(model))
    )
    without = [layer for layer in chosen if not layer_kernels(layer)]
    if without:
        raise ValueError(
            "Invalid value for argument `layers`. Expected dense layers and convolutions of "
            f"Keras. Received: {LayerLabels(model).of_all(without)}, which have no known kernel"
        )
    kernels = kernels_of_model(model, chosen)
    _check_that_they_are_weights(kernels)
    return _each_once(kernels)


def _default_layers(model: keras.Model) -> list[keras.layers.Layer]:
    with_kernels = [layer for layer in all_layers(model) if layer_kernels(layer)]
    dense = [layer for layer in with_kernels if isinstance(layer, keras.layers.Dense)]
    chosen = [layer for layer in with_kernels if layer not in dense] or dense
    if not chosen:
        unreached = LayerLabels(model).of_all(unreached_kernels(model))
        also = f", only layers that convolve by themselves: {unreached}" if unreached else ""
        raise ValueError(
            f"Model {model.name!r} has no convolution and no dense layer to regularize{also}."
        )
    others = other_matrices(model) if chosen is dense else []
    if others:
        warnings.warn(
            f"Only the dense layers of model {model.name!r} are regularized: "
            f"{LayerLabels(model).of_all(dense)}. Recurrent and attention layers have kernels that "
            f"cannot be reached: {others}",
            UserWarning,
            stacklevel=4,
        )
    warn_about_unreached(model, "not regularized", stacklevel=4)
    return chosen


def _check_that_they_are_weights(kernels: list[LayerKernel]) -> None:
    """Raises if what a layer multiplies by is not the weight that a regularizer would be given."""
    for kernel in kernels:
        layer, advice = kernel.layer, "Attach to the other layers by `layers=`."
        if getattr(layer, "lora_rank", None) or getattr(layer, "lora_enabled", False):
            raise ValueError(
                f"Layer {kernel.layer_label!r} has LoRA enabled (rank {layer.lora_rank}): its "
                "weights are the factors of its kernel, and a regularizer of the kernel would be "
                f"one of the factors. {advice}"
            )
        if not layer.built:
            continue
        variable = kernel.variable
        if not isinstance(variable, keras.Variable):
            raise ValueError(
                f"The kernel of layer {kernel.label!r} is no weight, but calculated from others, "
                f"so Keras does not regularize it. {advice}"
            )
        if not keras.backend.is_float_dtype(variable.dtype):
            raise ValueError(
                f"The kernel of layer {kernel.label!r} is quantized ({variable.dtype}), and does "
                f"not train. {advice}"
            )


def _each_once(kernels: list[LayerKernel]) -> list[LayerKernel]:
    """Leaves out a kernel that an earlier layer has too; it has one regularizer."""
    owners: dict[int, LayerKernel] = {}
    for kernel in kernels:
        key = id(kernel.variable) if kernel.layer.built else id(kernel)
        first = owners.setdefault(key, kernel)
        if first.geometry != kernel.geometry:
            raise ValueError(
                f"Layers {first.label!r} and {kernel.label!r} share one kernel, but use it in "
                f"different ways: {first.geometry} and {kernel.geometry}. Attach to one of them "
                "by `layers=`."
            )
    return list(owners.values())
