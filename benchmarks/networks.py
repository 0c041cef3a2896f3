"""The networks that training steps are timed on."""

from __future__ import annotations

import keras
from keras import layers

import keras_lateral


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
    """Returns ResNet-18 with the stem for 32 x 32 images: one 3 x 3 convolution, no pooling."""
    return keras_lateral.resnet18((32, 32, 3), classes)


def mobilenet_v2(classes: int = 100) -> keras.Model:
    """Returns MobileNetV2 for images of 96 x 96: 52 convolutions, 17 of them depthwise."""
    return keras.applications.MobileNetV2(
        weights=None, input_shape=(96, 96, 3), classes=classes, classifier_activation=None
    )


def convnext_tiny(classes: int = 100) -> keras.Model:
    """Returns ConvNeXt-Tiny for images of 64 x 64."""
    return keras.applications.ConvNeXtTiny(
        weights=None, input_shape=(64, 64, 3), classes=classes, classifier_activation=None
    )


def u_net(classes: int = 10) -> keras.Model:
    """Returns a U-Net with three levels that classifies each pixel of 64 x 64."""
    x = inputs = keras.Input((64, 64, 3))
    kept = []
    for channels in (16, 32):
        x = _two_convolutions(x, channels)
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = _two_convolutions(x, 64)
    for channels, before in zip((32, 16), kept[::-1], strict=True):
        x = layers.Conv2DTranspose(channels, 2, strides=2)(x)
        x = _two_convolutions(layers.Concatenate()([x, before]), channels)
    return keras.Model(inputs, layers.Conv2D(classes, 1)(x), name="u_net")


def _two_convolutions(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    for _ in range(2):
        x = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    return x
