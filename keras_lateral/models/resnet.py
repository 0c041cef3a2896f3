"""Residual networks: for small images by their number of layers, and the published large ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
from keras import layers

from keras_lateral.models.compiled import compiled

Block = Callable[[keras.KerasTensor, int, int], keras.KerasTensor]
"""Adds a block of so many channels and this stride."""

LARGEST_SMALL_SIDE = 64
"""Images with sides up to this one get the stem for small images."""


def cifar_resnet(
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float = 1e-3,
    *,
    depth: int = 20,
    channels: int = 16,
    stem_stride: int = 1,
) -> keras.Model:
    """The residual network for small images, of 6 n + 2 layers, compiled.

    A 3 x 3 convolution; three stages of n blocks with `channels`, twice and four times as many, the
    second and third with stride 2; the mean over all positions; one dense layer. Every
    convolution is followed by BatchNormalization. Where a block changes the shape, its shortcut is
    a 1 x 1 convolution (the paper's option B; its tables on CIFAR-10 have padding with zeros, A).

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam.
        depth: Number of layers, 6 n + 2: 8, 14, 20, 32, 44, 56, 110.
        channels: Channels of the first stage.
        stem_stride: Stride of the first convolution. With 2, a training costs about a quarter.

    Returns:
        A model that returns logits `(images, classes)`, compiled with the cross-entropy and the
        accuracy.

    Raises:
        ValueError: If `depth` is not 6 n + 2.

    Example:

    >>> from keras_lateral import cifar_resnet
    >>> f"{cifar_resnet((32, 32, 3), classes=10, depth=20).count_params():,}"
    '274,042'

    Reference:

    - He, K., Zhang, X., Ren, S., Sun, J. (2016). Deep Residual Learning for Image Recognition,
      section 4.2.
    """
    blocks, rest = divmod(depth - 2, 6)
    if rest or blocks < 1:
        raise ValueError(
            "Invalid value for argument `depth`. Expected 6 n + 2 for a whole n: 8, 14, 20, 32, "
            f"44, 56, ... Received: depth={depth!r}"
        )
    x = inputs = keras.Input(tuple(image_shape))
    x = convolution(x, channels, stride=stem_stride)
    for stage in range(3):
        x = _stage(x, basic_block, channels * 2**stage, blocks, 1 if stage == 0 else 2)
    return _classifier(inputs, x, classes, f"cifar_resnet{depth}", learning_rate)


def resnet18(image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3) -> keras.Model:
    """ResNet-18, compiled, with a smaller stem for small images.

    At up to 64 pixels the stem is one 3 x 3 convolution without pooling, as is usual for 32 x 32
    images; above, it is the published one, a 7 x 7 convolution and a max pooling, both with
    stride 2.

    Args:
        image_shape: `(height, width, channels)` of the images, in [0, 1].
        classes: Number of classes.
        learning_rate: Learning rate of Adam.

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
    return _resnet("resnet18", basic_block, (2, 2, 2, 2), image_shape, classes, learning_rate)


def resnet34(image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3) -> keras.Model:
    """ResNet-34, compiled, with a smaller stem for small images; see `resnet18`.

    Example:

    >>> from keras_lateral import resnet34
    >>> f"{resnet34((32, 32, 3), classes=100).count_params():,}"
    '21,345,316'
    """
    return _resnet("resnet34", basic_block, (3, 4, 6, 3), image_shape, classes, learning_rate)


def resnet50(image_shape: Sequence[int], classes: int, learning_rate: float = 1e-3) -> keras.Model:
    """ResNet-50, compiled, with a smaller stem for small images; see `resnet18`.

    A block that shrinks the map does so in its 3 x 3 convolution, as is usual today;
    `keras.applications.ResNet50` does so in the 1 x 1 convolution before it, as published.

    Example:

    >>> from keras_lateral import resnet50
    >>> f"{resnet50((32, 32, 3), classes=100).count_params():,}"
    '23,758,372'
    """
    return _resnet("resnet50", bottleneck_block, (3, 4, 6, 3), image_shape, classes, learning_rate)


def _resnet(
    name: str,
    block: Block,
    blocks: Sequence[int],
    image_shape: Sequence[int],
    classes: int,
    learning_rate: float,
) -> keras.Model:
    x = inputs = keras.Input(tuple(image_shape))
    if min(image_shape[:2]) > LARGEST_SMALL_SIDE:
        x = convolution(x, 64, size=7, stride=2)
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
    else:
        x = convolution(x, 64)
    for stage, number in enumerate(blocks):
        x = _stage(x, block, 64 * 2**stage, number, 1 if stage == 0 else 2)
    return _classifier(inputs, x, classes, name, learning_rate)


def _stage(
    x: keras.KerasTensor, block: Block, channels: int, blocks: int, stride: int
) -> keras.KerasTensor:
    for place in range(blocks):
        x = block(x, channels, stride if place == 0 else 1)
    return x


def _classifier(
    inputs: keras.KerasTensor, x: keras.KerasTensor, classes: int, name: str, learning_rate: float
) -> keras.Model:
    logits = layers.Dense(classes)(layers.GlobalAveragePooling2D()(x))
    return compiled(keras.Model(inputs, logits, name=name), learning_rate)


def convolution(
    x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1, relu: bool = True
) -> keras.KerasTensor:
    """Adds a convolution without bias, BatchNormalization, and a ReLU unless told otherwise."""
    x = layers.Conv2D(
        channels,
        size,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    return layers.ReLU()(x) if relu else x


def basic_block(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    """Adds two 3 x 3 convolutions and a shortcut."""
    y = convolution(x, channels, stride=stride)
    y = convolution(y, channels, relu=False)
    return _joined(x, y, stride)


def bottleneck_block(x: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    """Adds a 1 x 1, a 3 x 3 and a 1 x 1 convolution, to four times the channels; and a shortcut."""
    y = convolution(x, channels, size=1)
    y = convolution(y, channels, stride=stride)
    y = convolution(y, 4 * channels, size=1, relu=False)
    return _joined(x, y, stride)


def _joined(x: keras.KerasTensor, y: keras.KerasTensor, stride: int) -> keras.KerasTensor:
    if stride > 1 or x.shape[-1] != y.shape[-1]:
        x = convolution(x, y.shape[-1], size=1, stride=stride, relu=False)
    return layers.ReLU()(layers.Add()([y, x]))
