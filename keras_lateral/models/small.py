"""A small convolutional network for small images."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from keras_lateral.models.compiled import compiled

CHANNELS = (32, 64, 128)


def small_network(
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float = 1e-3,
    *,
    channels: Sequence[int] = CHANNELS,
    stride: int | None = None,
) -> keras.Model:
    """A small convolutional network for small images, compiled.

    Stages of two 3 x 3 convolutions each, every one followed by BatchNormalization and ReLU; a
    2 x 2 max pooling between the stages; the mean over all positions; one dense layer. There is
    no dropout or other regularization, so that any comes from the methods that are compared.

    BatchNormalization has momentum 0.9, not Keras' 0.99: a training on little data has few steps,
    in which the moving averages must forget their initial values. The first convolution
    has stride 2 for images with sides of more than 48 pixels, and stride 4 for more than 96, so
    that an epoch costs about as much as at 32 x 32; it is twice as wide as its stride, and one
    pixel more.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1]; at least 4 x 4.
        classes: Number of classes.
        learning_rate: Learning rate of Adam.
        channels: Channels of each stage.
        stride: Stride of the first convolution. Defaults to 1, 2 or 4, by the images' size.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If the images are too small for the pooling layers.

    Example:

    >>> from keras_lateral import small_network
    >>> model = small_network((32, 32, 3), classes=10)
    >>> model.output_shape, model.count_params() < 300_000
    ((None, 10), True)
    """
    height, width, _ = image_shape
    stride = _stride(min(height, width)) if stride is None else stride
    smallest = stride * (2 ** (len(channels) - 1) - 1) + 1
    if min(height, width) < smallest:
        raise ValueError(
            f"Invalid value for argument `image_shape`. Expected at least {smallest} x {smallest} "
            f"pixels. Received: image_shape={tuple(image_shape)}"
        )
    x = inputs = keras.Input(tuple(image_shape))
    for stage, number in enumerate(channels):
        if stage:
            x = layers.MaxPooling2D()(x)
        for place in range(2):
            first = stage == place == 0
            x = _convolution(x, number, stride if first else 1)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(classes)(x), name="small_network")
    return compiled(model, learning_rate)


def _stride(side: int) -> int:
    return 1 if side <= 48 else 2 if side <= 96 else 4


def _convolution(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    # 3, 5 or 9 pixels wide: no pixel is skipped.
    x = layers.Conv2D(channels, 2 * stride + 1, stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
