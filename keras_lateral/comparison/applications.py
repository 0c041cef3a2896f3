"""The networks of `keras.applications`, from scratch, for any number of channels and classes."""

import inspect
from collections.abc import Sequence

import keras
from keras import layers

from keras_lateral.comparison.compiled import compiled


def application_names() -> dict[str, str]:
    """The names of the networks in `keras.applications`, by their form in small letters."""
    found = inspect.getmembers(keras.applications, inspect.isfunction)
    return {name.lower(): name for name, _ in found}


def application(
    name: str, image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3
) -> keras.Model:
    """A network of `keras.applications` with random weights, compiled.

    Its published head is left out: the mean over all positions goes into one dense layer without
    softmax, and into no dropout. The pixels, in [0, 1], are brought to the range that the network
    was made for, [-1, 1] or [0, 255].

    Args:
        name: Name of the constructor, such as `"MobileNetV2"`.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Of Adam.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If the network cannot take images of this shape; many need 32 x 32 pixels.
    """
    constructor = getattr(keras.applications, name)
    options = {"include_top": False, "weights": None, "pooling": "avg"}
    if "include_preprocessing" in inspect.signature(constructor).parameters:
        options["include_preprocessing"] = False  # made for three channels alone
    inputs = keras.Input(tuple(image_shape))
    x = _in_its_range(name)(inputs)
    try:
        # Around a tensor, so that the model is one flat graph of layers.
        features = constructor(input_tensor=x, input_shape=tuple(image_shape), **options).output
    except ValueError as error:
        raise ValueError(
            f"The network {name!r} cannot take images of shape {tuple(image_shape)}: {error}. "
            "Use larger images or another network."
        ) from error
    model = keras.Model(inputs, layers.Dense(classes)(features), name=name.lower())
    return compiled(model, learning_rate)


def _in_its_range(name: str) -> keras.layers.Layer:
    # EfficientNet divides by 255 itself, and cannot be told not to.
    takes_bytes = name.startswith("EfficientNetB")
    return layers.Rescaling(255.0) if takes_bytes else layers.Rescaling(2.0, offset=-1.0)
