"""The layer that computes a model's scores."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.keras_tools.model_graph import is_graph, model_graph


def head_layer(model: keras.Model) -> keras.layers.Layer:
    """Returns the last dense layer or convolution of a model.

    In a functional or Sequential model this is the one that is called last. In a subclassed one it
    is the one that was made last, as its layers are listed.

    Args:
        model: Any model.

    Raises:
        ValueError: If there is none.

    Example:

    >>> import keras
    >>> layers = [keras.Input((4,)), keras.layers.Dense(2, name="scores"), keras.layers.Softmax()]
    >>> head_layer(keras.Sequential(layers)).name
    'scores'
    """
    order: list[Any] = list(all_layers(model))
    if is_graph(model):
        order = []
        for call in model_graph(model):
            inside = isinstance(call.operation, keras.layers.Layer)
            order += [*(all_layers(call.operation) if inside else ()), call.operation]
    with_kernels = [layer for layer in order if layer_kernels(layer)]
    if not with_kernels:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model with a dense layer or a "
            f"convolution that computes its scores. Received: model {model.name!r}"
        )
    return with_kernels[-1]
