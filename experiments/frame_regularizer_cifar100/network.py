"""The network: a stem and three residual stages, at 16 x 16, 8 x 8 and 4 x 4."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from experiments.frame_regularizer_cifar100.config import Size, Start
from experiments.frame_regularizer_cifar100.starts import start


def build(size: Size, seed: int, start_with: Start) -> keras.Model:
    """Returns the network; its initial weights depend only on the seed and the start."""
    convolve = _Convolutions(seed, start_with)
    inputs = keras.Input((32, 32, 3))
    x = convolve(inputs, size.filters[0], 3, 1, "stem")
    x = layers.MaxPooling2D()(layers.ReLU()(x))
    for stage, filters in enumerate(size.filters):
        x = _block(x, filters, 1 if stage == 0 else 2, f"stage{stage}", convolve)
    x = layers.GlobalAveragePooling2D()(x)
    glorot = keras.initializers.GlorotUniform(seed=100 * seed + 99)
    outputs = layers.Dense(size.classes, kernel_initializer=glorot, name="logits")(x)
    return keras.Model(inputs, outputs)


def _block(x: Any, filters: int, stride: int, name: str, convolve: _Convolutions) -> Any:
    y = layers.ReLU()(convolve(x, filters, 3, stride, f"{name}_first"))
    y = convolve(y, filters, 3, 1, f"{name}_second")
    if stride > 1:
        x = convolve(x, filters, 1, stride, f"{name}_shortcut")
    return layers.ReLU()(layers.Add()([x, y]))


class _Convolutions:
    """Adds convolutions with batch normalization, each with its own seed."""

    def __init__(self, seed: int, start_with: Start) -> None:
        self.seed, self.start_with, self.count = seed, start_with, 0

    def __call__(self, x: Any, filters: int, taps: int, stride: int, name: str) -> Any:
        convolution = layers.Conv2D(
            filters,
            taps,
            strides=stride,
            padding="same",
            use_bias=False,  # batch normalization has one
            kernel_initializer=start(self.start_with, stride, 100 * self.seed + self.count),
            name=name,
        )
        self.count += 1
        return layers.BatchNormalization(momentum=0.9)(convolution(x))
