"""Noise: Gaussian, shot, impulse, speckle.

Every function here and in the neighbouring files takes images of shape `(images, height, width,
channels)` in [0, 1], a severity from 1 to 5, a generator for each image, and the name of a set of
parameters. Its result may leave [0, 1]: `corrupt` clips it. Numbers are drawn in the order of the
published code.
"""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.parameters import ParameterSet, published


def gaussian_noise(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = x + n,  n from N(0, c^2)."""
    c = published("gaussian_noise", severity, parameters)
    return x + drawn(generators, lambda rng: rng.normal(scale=c, size=x.shape[1:]))


def shot_noise(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = n / c,  n from Poisson(c x): c photons make a white pixel."""
    c = published("shot_noise", severity, parameters)
    counts = [rng.poisson(c * image) for rng, image in zip(generators, x, strict=True)]
    return np.stack(counts) / c


def impulse_noise(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Sets a share c of all values to 0 or 1, with equal probability."""
    c = published("impulse_noise", severity, parameters)
    u, v = np.moveaxis(drawn(generators, lambda rng: rng.random((2, *x.shape[1:]))), 1, 0)
    return np.where(u <= c, v <= 0.5, x)


def speckle_noise(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = x + x n,  n from N(0, c^2): bright pixels change most."""
    c = published("speckle_noise", severity, parameters)
    return x + x * drawn(generators, lambda rng: rng.normal(scale=c, size=x.shape[1:]))
