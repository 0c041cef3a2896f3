"""The networks of `keras.applications`, for images of any size and any number of classes."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import keras
from keras import layers

from keras_lateral.models.compiled import compiled


def application_names() -> dict[str, str]:
    """The names of the networks in `keras.applications`, by their lower-case form."""
    functions = inspect.getmembers(keras.applications, inspect.isfunction)
    return {name.lower(): name for name, _ in functions}


def application(
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> keras.Model:
    """A network of `keras.applications` with random weights, compiled.

    Its published head is replaced by the mean over all positions and one dense layer, without
    softmax and dropout. The pixels, in [0, 1], are rescaled to the range that the network expects,
    [-1, 1] or [0, 255].

    Args:
        name: Name of the constructor, such as `"MobileNetV2"`.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Learning rate of Adam.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If the network cannot take images of this shape; many need 32 x 32 pixels.
    """
    constructor = getattr(keras.applications, name)
    options = {"include_top": False, "weights": None, "pooling": "avg"}
    if "include_preprocessing" in inspect.signature(constructor).parameters:
        options["include_preprocessing"] = False  # needs three channels
    inputs = keras.Input(tuple(image_shape))
    x = _rescaling(name)(inputs)
    try:
        # Built around a tensor, so that the model is one flat graph of layers.
        features = constructor(input_tensor=x, input_shape=tuple(image_shape), **options).output
    except ValueError as error:
        raise ValueError(
            f"The network {name!r} cannot take images of shape {tuple(image_shape)}: {error}. "
            "Use larger images or another network."
        ) from error
    model = keras.Model(inputs, layers.Dense(classes)(features), name=name.lower())
    return compiled(model, learning_rate)


def _rescaling(name: str) -> keras.layers.Layer:
    # EfficientNet always divides by 255 itself.
    takes_bytes = name.startswith("EfficientNetB")
    return layers.Rescaling(255.0) if takes_bytes else layers.Rescaling(2.0, offset=-1.0)
