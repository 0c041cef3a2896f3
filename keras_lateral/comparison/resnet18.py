"""ResNet-18 for small images."""

from collections.abc import Sequence

import keras
from keras import layers

from keras_lateral.comparison.compiled import compiled


def resnet18(image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3) -> keras.Model:
    """ResNet-18, compiled; with the stem for small images where the images are small.

    At up to 64 pixels the stem is one 3 x 3 convolution without pooling, as is usual for 32 x 32
    images; above, it is the published one, a 7 x 7 convolution and a max pooling, both with
    stride 2.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Of Adam.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Reference:

    - He, K., Zhang, X., Ren, S., Sun, J. (2016). Deep Residual Learning for Image Recognition.

    Example:

    >>> from keras_lateral import resnet18
    >>> f"{resnet18((32, 32, 3), classes=100).count_params():,}"
    '11,229,732'
    """
    x = inputs = keras.Input(tuple(image_shape))
    if min(image_shape[:2]) > 64:
        x = _convolution(x, 64, size=7, stride=2)
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
    else:
        x = _convolution(x, 64)
    for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        x = _block(_block(x, channels, stride), channels)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(classes)(x), name="resnet18")
    return compiled(model, learning_rate)


def _convolution(
    x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1, relu: bool = True
) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x) if relu else x


def _block(x: keras.KerasTensor, channels: int, stride: int = 1) -> keras.KerasTensor:
    shortcut = x
    if stride > 1 or x.shape[-1] != channels:
        shortcut = _convolution(x, channels, size=1, stride=stride, relu=False)
    y = _convolution(x, channels, stride=stride)
    y = _convolution(y, channels, relu=False)
    return layers.ReLU()(layers.Add()([y, shortcut]))
