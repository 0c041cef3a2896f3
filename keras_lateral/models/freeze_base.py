"""The base network of the receptive-field freeze's paper."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from keras_lateral.models.compiled import compiled


def freeze_base_network(
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float = 1e-3,
    *,
    channels: Sequence[int] = (32, 64, 64),
    units: int = 64,
) -> keras.Model:
    """The base network of the receptive-field freeze's experiments, compiled.

    Three blocks of two 3 x 3 convolutions, BatchNormalization behind the first of each; a 2 x 2
    max pooling behind the first two blocks; a dense layer, `"features"`, and the classifier. The
    layers that expand the receptive field, which the paper freezes, are the first convolution
    after each pooling: `"block2_first"` and `"block3_first"`.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam.
        channels: Channels of the blocks.
        units: Units of the dense layer.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Example:

    >>> from keras_lateral import expanding_layers
    >>> from keras_lateral.models import freeze_base_network
    >>> found = expanding_layers(freeze_base_network((32, 32, 3), classes=8))
    >>> [layer.name for layer in found]
    ['block2_first', 'block3_first']

    Reference:

    - Khusaenov, A. A. Метод чередования обучаемых параметров (Learning parameters rotation method),
      table 3.
    """
    inputs = keras.Input(tuple(image_shape))
    x = freeze_base_features(inputs, channels, units)
    model = keras.Model(
        inputs, layers.Dense(classes, name="classes")(x), name="freeze_base_network"
    )
    return compiled(model, learning_rate)


def freeze_base_features(
    inputs: keras.KerasTensor, channels: Sequence[int], units: int
) -> keras.KerasTensor:
    """Adds everything but the classifier."""
    x = inputs
    for number, width in enumerate(channels, start=1):
        x = _block(x, width, f"block{number}")
        if number < len(channels):
            x = layers.MaxPooling2D(2)(x)
    return layers.Dense(units, activation="relu", name="features")(layers.Flatten()(x))


def _block(x: keras.KerasTensor, channels: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(channels, 3, padding="same", name=f"{name}_first")(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(channels, 3, padding="same", name=f"{name}_second")(x)
    return layers.ReLU()(x)
