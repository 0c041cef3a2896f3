"""A classifier made to return the scores before its softmax."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.attaching.lost_on_saving import warn_when_lost
from keras_lateral.keras_tools.head.head_layer import head_layer
from keras_lateral.keras_tools.head.output_kind import ending_of
from keras_lateral.keras_tools.training_step import takes_training, unchanged


def scores_as_logits(model: keras.Model) -> keras.Model:
    """Makes a classifier return logits, in place, and returns it.

    Where a softmax is the activation of a layer, that activation becomes linear, which is saved
    with the model. A model that returns logits already is left as it is.

    Args:
        model: A built model that returns a score for each class.

    Raises:
        ValueError: If it returns a single score or those of a sigmoid, or has a softmax that is not
            the activation of a layer.

    Example:

    >>> import keras
    >>> layers = [keras.Input((4,)), keras.layers.Dense(2), keras.layers.Activation("softmax")]
    >>> scores_as_logits(keras.Sequential(layers)).layers[-1].activation.__name__
    'linear'
    """
    ending = ending_of(model, lambda: _scores(model))
    activated = [layer for layer in ending.bypassed if hasattr(layer, "activation")]
    fits = ending.kind == "logits" or (ending.kind == "softmax" and activated)
    if not fits or len(activated) < len(ending.bypassed) or _units(model) == 1:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that returns a score for each "
            "class, either logits or through a softmax that is the activation of a layer, as in "
            "`Dense(classes, activation='softmax')` or `Activation('softmax')`. "
            f"Received: model {model.name!r}, which ends in {ending.name!r}"
        )
    for layer in activated:
        layer.activation = keras.activations.linear
    again = "`layer.activation = keras.activations.linear`."
    warn_when_lost(model, activated, _holds_linear, what="linear activations", again=again)
    return model


def _holds_linear(layer: keras.layers.Layer, parts: list[Any]) -> bool:
    """Returns whether a configuration has the layer without its softmax."""
    configs = [part["config"] for part in parts if isinstance(part, dict)]
    held = [c for c in configs if c.get("name") == layer.name and "activation" in c]
    return any(part is layer for part in parts) or any(c["activation"] == "linear" for c in held)


def _units(model: keras.Model) -> int:
    """Returns the number of scores, by the layer that computes them."""
    head: Any = head_layer(model)
    return int(getattr(head, "units", 0) or getattr(head, "filters", 0))


def _scores(model: keras.Model) -> Any:
    """Returns what the model returns for an image that it was built for."""
    shape: Any = getattr(model, "input_shape", None) or model.get_build_config()["input_shape"]
    x = np.zeros((1, *shape[1:]), "float32")
    mode = {"training": False} if takes_training(model) else {}
    with unchanged(model):
        return model(ops.convert_to_tensor(x), **mode)
