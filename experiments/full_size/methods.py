"""What an arm adds to the recipe: a method of the library, by its name and arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import keras

import keras_lateral
from experiments.full_size.freezing import freeze_method
from experiments.full_size.table import Arm
from keras_lateral import (
    Method,
    RegularizerSchedule,
    apply_gradient_mask,
    dropout_method,
    gradient_mask_method,
    regularizer_method,
    weight_decay_method,
)
from keras_lateral.neighbours import backdrop_method, gradient_centralization_method

MAKERS: dict[str, Callable[..., Method]] = {
    "gradient_mask": gradient_mask_method,
    "backdrop": backdrop_method,
    "gradient_centralization": gradient_centralization_method,
    "weight_decay": weight_decay_method,
    "dropout": dropout_method,
}


def method_of(arm: Arm, epochs: int) -> Method:
    """Returns what the arm adds to the recipe, in a training of so many epochs.

    Masks go behind the convolutions unless `arguments["layers"]` is `"before_relu"`: then they are
    behind whatever a ReLU follows.
    """
    arguments: dict[str, Any] = dict(arm.arguments)
    if arm.method == "receptive_field_freeze":
        return freeze_method(epochs, **arguments)
    if arguments.get("layers") == "before_relu":
        del arguments["layers"]
        return Method("before_relu", partial(masked_before_relu, **arguments), settings=arguments)
    if arm.method in MAKERS:
        return MAKERS[arm.method](**arguments)
    if arm.method:
        regularizer = getattr(keras_lateral, arm.method)(**arguments)
        method = regularizer_method(regularizer, name=arm.method)
        scales = {round(share * epochs): scale for share, scale in arm.scales.items()}
        return replace(method, callbacks=partial(_schedule, scales)) if scales else method
    return Method("none")


def _schedule(scales: dict[int, float]) -> list[keras.callbacks.Callback]:
    return [RegularizerSchedule(scales)]


def masked_before_relu(model: keras.Model, **arguments: Any) -> keras.Model:
    """Puts gradient masks behind every layer that a ReLU follows."""
    into_relu = {id(x.input) for x in model.layers if isinstance(x, keras.layers.ReLU)}
    names = [layer.name for layer in model.layers if id(layer.output) in into_relu]
    return apply_gradient_mask(model, names, **arguments)
