"""Noise: Gaussian, shot, impulse, speckle, with the parameters of CIFAR-10-C.

Every function here and in the neighbouring files takes images of shape `(images, height, width,
channels)` in [0, 1], a severity from 1 to 5 and a generator for each image. Its result may leave
[0, 1]: `corrupt` clips it. Numbers are drawn in the order of the published code.
"""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn


def gaussian_noise(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = x + n,  n from N(0, c^2)."""
    c = (0.04, 0.06, 0.08, 0.09, 0.10)[severity - 1]
    return x + drawn(generators, lambda rng: rng.normal(scale=c, size=x.shape[1:]))


def shot_noise(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = n / c,  n from Poisson(c x): c photons make a white pixel."""
    c = (500, 250, 100, 75, 50)[severity - 1]
    counts = [rng.poisson(c * image) for rng, image in zip(generators, x, strict=True)]
    return np.stack(counts) / c


def impulse_noise(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Sets a share c of all values to 0 or 1, with equal probability."""
    c = (0.01, 0.02, 0.03, 0.05, 0.07)[severity - 1]
    u, v = np.moveaxis(drawn(generators, lambda rng: rng.random((2, *x.shape[1:]))), 1, 0)
    return np.where(u <= c, v <= 0.5, x)


def speckle_noise(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = x + x n,  n from N(0, c^2): bright pixels change most."""
    c = (0.06, 0.1, 0.12, 0.16, 0.2)[severity - 1]
    return x + x * drawn(generators, lambda rng: rng.normal(scale=c, size=x.shape[1:]))
