"""Weather: snow and brightness. See also `fog` and `frost`."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, luma
from keras_lateral.robustness.corruption.motion import motion_blurred
from keras_lateral.robustness.corruption.parameters import ParameterSet, published
from keras_lateral.robustness.corruption.sampling import clipped_zoom


def snow(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = c x + (1 - c) max(x, 1.5 grey + 0.5) + s + s rotated by 180 degrees.

    s are flakes: noise, enlarged, set to 0 below a threshold, and blurred by their fall.
    """
    mean, deviation, zoom, threshold, radius, sigma, c = published("snow", severity, parameters)
    size = x.shape[1:3]
    layers, angles = [], []
    for rng in generators:
        layers.append(rng.normal(mean, deviation, size))
        angles.append(rng.uniform(-135, -45))
    s = clipped_zoom(np.stack(layers)[..., None], zoom)
    s = np.clip(np.where(s < threshold, 0, s), 0, 1)
    s = motion_blurred(s, radius, sigma, np.array(angles))
    white = np.maximum(x, 1.5 * luma(x) + 0.5)
    return c * x + (1 - c) * white + s + s[:, ::-1, ::-1]


def brightness(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Returns y = x v' / v,  v' = min(v + c, 1),  v = max of a pixel: same hue and saturation."""
    c = published("brightness", severity, parameters)
    v = x.max(axis=-1, keepdims=True)
    black = v == 0  # no hue: it becomes grey
    brighter = np.minimum(v + c, 1)
    return np.where(black, brighter, x * (brighter / np.where(black, 1, v)))
