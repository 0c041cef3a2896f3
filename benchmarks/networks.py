"""The two networks that training steps are timed on."""

from __future__ import annotations

import keras
from keras import layers


def small_cnn(classes: int = 100) -> keras.Model:
    """Returns six convolutions on 32 x 32 images: two of 32, 64 and 128 channels each."""
    x = inputs = keras.Input((32, 32, 3))
    for channels in (32, 64, 128):
        for _ in range(2):
            x = layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x), name="small_cnn")


def resnet18(classes: int = 100) -> keras.Model:
    """Returns ResNet-18 with the stem for 32 x 32 images: one 3 x 3 convolution, no pooling.

    Reference:

    - He, K., Zhang, X., Ren, S., Sun, J. (2016). Deep Residual Learning for Image Recognition.
    """
    inputs = keras.Input((32, 32, 3))
    x = _convolution(inputs, 64)
    for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        x = _block(_block(x, channels, stride), channels)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x), name="resnet18")


def _convolution(x: keras.KerasTensor, channels: int, size: int = 3, stride: int = 1, relu=True):
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
