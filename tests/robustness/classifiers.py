"""Small untrained classifiers, and images that they classify correctly."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from keras_lateral import GradientMask
from keras_lateral.keras_tools.scores import class_probabilities


def linear(
    W: np.ndarray, b: np.ndarray, shape: tuple[int, ...], head: str = "logits"
) -> keras.Model:
    """Returns z = x W + b, followed by a softmax if `head` is "probabilities"."""
    activation = "softmax" if head == "probabilities" else None
    model = keras.Sequential(
        [keras.Input(shape), layers.Flatten(), layers.Dense(W.shape[1], activation=activation)]
    )
    model.set_weights([W, b])
    return model


def convolutional(head: str = "logits", *middle: layers.Layer) -> keras.Model:
    """Returns a smooth nonlinear classifier of 6 x 6 pixels; `middle` follows the first layer."""
    activation = "softmax" if head == "probabilities" else None
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(4, 3, activation="tanh"),
            *middle,
            layers.Conv2D(4, 3, activation="gelu"),
            layers.Flatten(),
            layers.Dense(3, activation=activation),
        ]
    )
    generator = np.random.default_rng(1)  # not Keras', which differs between backends
    for layer, scale in zip((model.layers[0], *model.layers[-3:]), (3, 6, 0, 4), strict=True):
        if layer.weights:
            W, b = layer.get_weights()
            W = generator.normal(size=W.shape) * scale / np.sqrt(3 * np.prod(W.shape[:-1]))
            layer.set_weights([W, b])
    return model


def masked(threshold: float = 0.5) -> keras.Model:
    return convolutional("logits", GradientMask(sigma=1.0, threshold=threshold))


def images(count: int, shape: tuple[int, ...] = (6, 6, 1), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, *shape)).astype("float32")


def labelled(model: keras.Model, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Returns images with the model's own labels, as balanced over the classes as possible."""
    x = images(40 * count, seed=seed)
    z = np.log(class_probabilities(model, x))
    middle = z.mean(axis=0)
    *before, b = model.get_weights()
    model.set_weights([*before, b - middle])
    return x[:count], (z - middle).argmax(axis=1)[:count]
