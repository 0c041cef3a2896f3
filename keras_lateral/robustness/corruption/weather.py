"""Weather: snow and brightness, with the parameters of CIFAR-10-C. See also `fog` and `frost`."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, luma
from keras_lateral.robustness.corruption.motion import motion_blurred
from keras_lateral.robustness.corruption.sampling import clipped_zoom

_SNOW = (
    (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
    (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
    (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
    (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
    (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
)
"""Mean and deviation of the noise, zoom, threshold, radius and sigma of the motion, share of x."""


def snow(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = c x + (1 - c) max(x, 1.5 grey + 0.5) + s + s rotated by 180 degrees.

    s are flakes: noise, enlarged, set to 0 below a threshold, and blurred by their fall.
    """
    mean, deviation, zoom, threshold, radius, sigma, c = _SNOW[severity - 1]
    size = x.shape[1:3]
    layers, angles = [], []
    for rng in generators:
        layers.append(rng.normal(mean, deviation, size))
        angles.append(rng.uniform(-135, -45))
    s = clipped_zoom(np.stack(layers)[..., None], zoom)
    s = np.clip(np.where(s < threshold, 0, s), 0, 1)
    s = motion_blurred(s, int(radius), sigma, np.array(angles))
    white = np.maximum(x, 1.5 * luma(x) + 0.5)
    return c * x + (1 - c) * white + s + s[:, ::-1, ::-1]


def brightness(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = x v' / v,  v' = min(v + c, 1),  v = max of a pixel: same hue and saturation."""
    c = (0.05, 0.1, 0.15, 0.2, 0.3)[severity - 1]
    v = x.max(axis=-1, keepdims=True)
    black = v == 0  # no hue: it becomes grey
    brighter = np.minimum(v + c, 1)
    return np.where(black, brighter, x * (brighter / np.where(black, 1, v)))
