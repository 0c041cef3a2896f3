"""Spatter: drops of water at severities 1 to 3, splashes of mud at 4 and 5."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruptions_colour import in_channels
from keras_lateral.robustness.corruptions_drawing import Generators, drawn
from keras_lateral.robustness.corruptions_sampling import gaussian_blurred
from keras_lateral.robustness.corruptions_water import light_in_drops

_LIQUID = (
    (0.62, 0.1, 0.7, 0.7, 0.5),
    (0.65, 0.1, 0.8, 0.7, 0.5),
    (0.65, 0.3, 1, 0.69, 0.5),
    (0.65, 0.1, 0.7, 0.69, 0.6),
    (0.65, 0.1, 0.5, 0.68, 0.6),
)
"""Mean and deviation of the noise, its blur, threshold, and strength (water) or blur (mud)."""

_WATER = np.array([175, 238, 238]) / 255
_MUD = np.array([63, 42, 20]) / 255


def spatter(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Liquid is where blurred noise is above a threshold.

    Water adds its colour, y = x + c w, with w in [0, 1] the light in the drops. Mud hides what is
    behind: y = (1 - m) x + m c, with m the blurred mud, 0 below 0.8.
    """
    mean, deviation, sigma, threshold, c = _LIQUID[severity - 1]
    noise = drawn(generators, lambda one: one.normal(mean, deviation, x.shape[1:3]))
    liquid = gaussian_blurred(noise[..., None], sigma)[..., 0]
    liquid[liquid < threshold] = 0
    if severity <= 3:
        w = light_in_drops(np.clip(liquid * 255, 0, 255).astype("uint8"))
        return x + c * w[..., None] * in_channels(_WATER, x.shape[-1])
    m = gaussian_blurred((liquid > threshold).astype("float64")[..., None], c)
    m[m < 0.8] = 0
    return (1 - m) * x + m * in_channels(_MUD, x.shape[-1])
