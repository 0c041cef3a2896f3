"""The initial kernels of the convolutions."""

from __future__ import annotations

import keras

from experiments.frame_regularizer_cifar100.config import Start
from keras_lateral import DeltaOrthogonal


def start(name: Start, stride: int, seed: int) -> keras.initializers.Initializer:
    """Returns He's normal initializer, or one with which A = B = 1."""
    if name == "he":
        return keras.initializers.HeNormal(seed=seed)
    return DeltaOrthogonal(strides=stride, seed=seed)
