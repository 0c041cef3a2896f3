"""A small network twice: in Keras, and in NumPy with its gradients by hand, in float64."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers


def convolve(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The cross-correlation without padding that Keras calls a convolution, tap by tap."""
    rows, columns = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    y = np.zeros((len(x), rows, columns, kernel.shape[-1]))
    for i, j in np.ndindex(*kernel.shape[:2]):
        y += x[:, i : i + rows, j : j + columns] @ kernel[i, j]
    return y


def convolve_back(g: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The gradient of `convolve` by its input."""
    rows, columns = g.shape[1:3]
    x = np.zeros(
        (len(g), rows + kernel.shape[0] - 1, columns + kernel.shape[1] - 1, kernel.shape[2])
    )
    for i, j in np.ndindex(*kernel.shape[:2]):
        x[:, i : i + rows, j : j + columns] += g @ kernel[i, j].T
    return x


@dataclass
class NumpyNetwork:
    """relu(conv), relu(conv), dense: activations a1, a2, scores z."""

    kernels: list[np.ndarray]
    biases: list[np.ndarray]

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        found = []
        for kernel, bias in zip(self.kernels[:2], self.biases[:2], strict=True):
            x = np.maximum(convolve(x, kernel) + bias, 0.0)
            found.append(x)
        return found

    def logits(self, x: np.ndarray) -> np.ndarray:
        return self.activations(x)[1].reshape(len(x), -1) @ self.kernels[2] + self.biases[2]

    def gradients(self, x: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
        """dz_k / dx, dz_k / da1, dz_k / da2."""
        a1, a2 = self.activations(x)
        g2 = self.kernels[2][:, target].T.reshape(a2.shape)
        g1 = convolve_back(g2 * (a2 > 0), self.kernels[1])
        return [convolve_back(g1 * (a1 > 0), self.kernels[0]), g1, g2]


def twins(softmax: bool = True) -> tuple[keras.Model, NumpyNetwork]:
    """The Keras model, for images of 9 x 8 x 2 and three classes, and its copy in NumPy."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((9, 8, 2)),
            layers.Conv2D(4, 3, activation="relu", bias_initializer="normal", name="first"),
            layers.Conv2D(6, 2, bias_initializer="normal", name="second"),
            layers.ReLU(name="relu"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax" if softmax else None, name="head"),
        ]
    )
    weights = [weight.astype("float64") for weight in model.get_weights()]
    return model, NumpyNetwork(weights[::2], weights[1::2])


def noise(images: int = 3) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(images, 9, 8, 2)).astype("float32")
