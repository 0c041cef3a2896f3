"""The kernels of a model that can be pruned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.layer_kernels import LayerKernel, kernels_of_model, layer_kernels
from keras_lateral.robustness.pruning.mask import PruningMask
from keras_lateral.robustness.pruning.smallest_weights import PruningStructure


def prunable_kernels(
    model: keras.Model, layers: Choice | None = None, structure: PruningStructure = None
) -> list[LayerKernel]:
    """Returns the kernels of a built model's dense layers and convolutions.

    Args:
        model: Any model. In subclassed models, layers are found among the attributes.
        layers: A layer's name, a layer class, a function from a layer to bool, or a list of
            these. Defaults to all or, if filters are to be pruned, to all convolutions.
        structure: What is to be pruned.

    Raises:
        ValueError: If there is no kernel, or a chosen layer has none or is not built.
    """
    chosen = _chosen(model, layers, structure)
    not_built = LayerLabels(model).of_all(layer for layer in chosen if not layer.built)
    if not_built:
        raise ValueError(
            f"Invalid value for argument `model`. Expected a built model. Received: {model.name!r} "
            f"whose layers {not_built} have no weights yet. Call it on a batch first, or start it "
            "with a `keras.Input`."
        )
    kernels = kernels_of_model(model, chosen)
    for kernel in kernels:
        _check(kernel)
    return kernels


def count_weights(model: keras.Model) -> int:
    """Returns the number of weights of all kernels of a model, chosen or not."""
    return sum(mask_of(kernel).size for kernel in prunable_kernels(model))


def mask_of(kernel: LayerKernel) -> np.ndarray:
    """Returns which weights of a kernel are kept: all, if nothing was pruned."""
    constraint = kernel.weight.constraint
    if isinstance(constraint, PruningMask):
        return constraint.mask
    return np.ones(tuple(kernel.weight.shape), bool)


def values_of(kernel: LayerKernel) -> np.ndarray:
    """Returns a kernel's values, as float32 if NumPy does not support their type."""
    value = kernel.weight.value
    if keras.backend.standardize_dtype(value.dtype) == "bfloat16":
        value = keras.ops.cast(value, "float32")
    return np.array(keras.ops.convert_to_numpy(value))


def _chosen(
    model: keras.Model, layers: Choice | None, structure: PruningStructure
) -> list[keras.layers.Layer]:
    if layers is not None:
        chosen = choose_layers(model, layers, all_layers(model))
        without = [layer for layer in chosen if not layer_kernels(layer)]
        if without:
            raise ValueError(
                "Invalid value for argument `layers`. Expected dense layers and convolutions of "
                f"Keras. Received: {LayerLabels(model).of_all(without)}, which have no known kernel"
            )
        return chosen
    chosen = [layer for layer in all_layers(model) if layer_kernels(layer)]
    if not chosen:
        raise ValueError(f"Model {model.name!r} has no convolution and no dense layer to prune.")
    if structure is None:
        return chosen
    return _convolutions(model, chosen)


def _convolutions(
    model: keras.Model, among: Iterable[keras.layers.Layer]
) -> list[keras.layers.Layer]:
    chosen = [layer for layer in among if not isinstance(layer, keras.layers.Dense)]
    if not chosen:
        raise ValueError(
            f"Model {model.name!r} has no convolution whose filters could be pruned. To prune "
            "units of dense layers, name the layers with `layers=`, but not the last one, whose "
            "units are the classes."
        )
    return chosen


def _check(kernel: LayerKernel) -> None:
    adapted = getattr(kernel.layer, "lora_enabled", False)
    variable: Any = kernel.variable if adapted else kernel.weight
    if not isinstance(variable, keras.Variable) or "float" not in str(variable.dtype):
        raise ValueError(
            f"Layer {kernel.label!r} has no floating-point kernel of its own to prune; it may be "
            "quantized or adapted by LoRA."
        )
    if not np.isfinite(values_of(kernel)).all():
        raise ValueError(
            f"The kernel of layer {kernel.label!r} has values that are not finite, so its smallest "
            "weights cannot be determined: its training diverged."
        )
