"""The two networks that training steps are timed on."""

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
