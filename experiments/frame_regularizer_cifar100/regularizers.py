"""The regularizers of an arm, on the layers it names."""

from __future__ import annotations

from typing import Any

import keras

import keras_lateral
from experiments.frame_regularizer_cifar100.config import Arm
from keras_lateral import RegularizerSchedule, attach_regularizer


def regularize(model: keras.Model, arm: Arm) -> None:
    """Gives every layer that the arm names its regularizer."""
    if arm.regularizer is None:
        return
    layers = [layer for layer in operators(model) if arm.regularizes(layer.name)]
    if arm.regularizer == "L2":
        for layer in layers:
            layer.kernel.regularizer = keras.regularizers.L2(**arm.arguments)
        return
    regularizer = getattr(keras_lateral, arm.regularizer)(**arm.arguments)
    attach_regularizer(model, regularizer, layers=[layer.name for layer in layers])


def schedule(arm: Arm, epochs: int) -> list[keras.callbacks.Callback]:
    """Returns the callback that changes the strength from epoch to epoch, if the arm has one."""
    if not arm.scales and not arm.warmup:
        return []
    scales = {round(share * epochs): scale for share, scale in {0.0: 1.0, **arm.scales}.items()}
    return [RegularizerSchedule(scales, warmup_epochs=round(arm.warmup * epochs))]


def operators(model: keras.Model) -> list[Any]:
    """Returns the layers with a kernel, in order."""
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    return [layer for layer in model.layers if isinstance(layer, kinds)]
