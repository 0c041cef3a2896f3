"""The layers of a model that end in a ReLU."""

from __future__ import annotations

import keras

from keras_lateral.keras_tools.all_layers import all_layers

_RELUS = (keras.activations.relu, keras.activations.relu6)


def relu_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns the layers whose output is that of a ReLU, nested models and blocks included.

    These are `ReLU` and `Activation("relu")`, capped ones such as relu6 too, and every layer with
    `activation="relu"`. A leaky ReLU does not count. A ReLU that is not a layer, such as
    `keras.ops.relu` in a `call`, is not found.

    Args:
        model: Any model.

    Example:

    >>> import keras
    >>> conv = keras.layers.Conv2D(4, 3, activation="relu", name="conv")
    >>> model = keras.Sequential([conv, keras.layers.LeakyReLU(), keras.layers.ReLU(name="relu")])
    >>> [layer.name for layer in relu_layers(model)]
    ['conv', 'relu']
    """
    return [layer for layer in all_layers(model) if _ends_in_relu(layer)]


def _ends_in_relu(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.ReLU):
        return not layer.negative_slope
    return any(getattr(layer, "activation", None) is relu for relu in _RELUS)
