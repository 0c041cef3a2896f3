"""The lecture's two networks for MNIST: a convolutional one and a perceptron."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers


def lecture_lenet(
    image_shape: Sequence[int], classes: int, learning_rate: float = 0.2
) -> keras.Model:
    """The lecture's convolutional network, compiled as there, with plain gradient descent.

    Two 5 x 5 convolutions without padding, of 6 and 16 filters, each followed by a 2 x 2 max
    pooling; dense layers of 120 and 84. On MNIST the lecture has 147 errors of 10,000 with it,
    after 15 epochs in batches of 1,000.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1], at least 16 x 16.
        classes: Number of classes.
        learning_rate: Learning rate of gradient descent.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Example:

    >>> from keras_lateral.models import lecture_lenet
    >>> f"{lecture_lenet((28, 28, 1), classes=10).count_params():,}"
    '44,426'
    """
    inputs = keras.Input(tuple(image_shape))
    x = layers.Conv2D(6, 5, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Dense(120, activation="relu")(layers.Flatten()(x))
    x = layers.Dense(84, activation="relu")(x)
    return _with_descent(inputs, layers.Dense(classes)(x), learning_rate, "lecture_lenet")


def lecture_mlp(
    image_shape: Sequence[int], classes: int, learning_rate: float = 0.5
) -> keras.Model:
    """The lecture's perceptron, with dense layers of 120 and 84, compiled as there.

    On MNIST the lecture has 264 errors of 10,000 with it, after 15 epochs in batches of 1,000. See
    `lecture_lenet` for arguments.

    Example:

    >>> from keras_lateral.models import lecture_mlp
    >>> f"{lecture_mlp((28, 28, 1), classes=10).count_params():,}"
    '105,214'
    """
    inputs = keras.Input(tuple(image_shape))
    x = layers.Dense(120, activation="relu")(layers.Flatten()(inputs))
    x = layers.Dense(84, activation="relu")(x)
    return _with_descent(inputs, layers.Dense(classes)(x), learning_rate, "lecture_mlp")


def _with_descent(
    inputs: keras.KerasTensor, logits: keras.KerasTensor, learning_rate: float, name: str
) -> keras.Model:
    model = keras.Model(inputs, logits, name=name)
    model.compile(
        keras.optimizers.SGD(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
