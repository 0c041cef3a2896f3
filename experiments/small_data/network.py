"""The network of the study: that of the command at a quarter of the cost."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers


def small_data_network(
    image_shape: Sequence[int],
    classes: int,
    *,
    channels: Sequence[int] = (16, 32, 64),
    learning_rate: float = 1e-3,
    weight_decay: float | None = None,
) -> keras.Model:
    """Returns `small_network` with stride 2 in its first convolution, compiled with Adam.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        channels: Channels of each stage of two convolutions.
        learning_rate: Learning rate of Adam.
        weight_decay: Decoupled decay of the kernels, or `None`.
    """
    x = inputs = keras.Input(tuple(image_shape))
    for stage, number in enumerate(channels):
        if stage:
            x = layers.MaxPooling2D(padding="same")(x)
        for place in range(2):
            stride, width = (2, 5) if stage == place == 0 else (1, 3)
            x = layers.Conv2D(number, width, stride, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(classes)(x), name="small_data_network")
    adam = keras.optimizers.Adam(learning_rate, weight_decay=weight_decay)
    if weight_decay:
        adam.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(adam, loss, metrics=["accuracy"])
    return model
