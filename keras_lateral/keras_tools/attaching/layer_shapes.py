"""Shapes of layers that lie anywhere in a model."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.keras_tools.arguments import Shape


def known_output_shape(layer: Any) -> Shape | None:
    """Returns the shape of a layer's output, or `None` where it is not known before a call.

    Args:
        layer: Any layer. Its output's shape is known if it was called once in a functional model,
            or if it is built and says what it returns for the shape it was built with.

    Example:

    >>> import keras
    >>> conv = keras.layers.Conv2D(4, 3)
    >>> conv.build((None, 8, 8, 3))
    >>> known_output_shape(conv), known_output_shape(keras.layers.Conv2D(4, 3))
    ((None, 6, 6, 4), None)
    """
    try:
        return tuple(layer.output.shape)
    except (AttributeError, ValueError):  # not called in a functional model, or more than once
        pass
    built_with = (layer.get_build_config() or {}).get("input_shape") if layer.built else None
    if built_with is None:
        return None
    try:
        shape = layer.compute_output_shape(built_with)
    except NotImplementedError:
        return None
    return tuple(shape) if keras.tree.is_nested(shape) else None
