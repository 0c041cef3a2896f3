"""The network of the examples: three convolutions, small enough for a laptop."""

from collections.abc import Callable

import keras
from keras import layers


def small_network(
    convolution: Callable[..., layers.Layer], image_shape: tuple[int, ...], classes: int
) -> keras.Model:
    """Returns a compiled network.

    Args:
        convolution: `keras.layers.Conv2D`, or anything that takes its arguments, such as
            `keras_lateral.GradientMaskConv2D`.
        image_shape: `(height, width, channels)`, at least 4 x 4.
        classes: Number of classes.
    """
    model = keras.Sequential(
        [
            keras.Input(image_shape),
            convolution(16, 3, padding="same", activation="relu", name="first"),
            convolution(32, 3, padding="same", activation="relu", name="second"),
            layers.MaxPooling2D(),
            convolution(32, 3, padding="same", activation="relu", name="third"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(classes),
        ]
    )
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
