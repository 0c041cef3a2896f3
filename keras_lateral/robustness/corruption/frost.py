"""Frost on a window pane, grown from noise, mixed in as CIFAR-10-C mixes in its photographs."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, in_channels

_PANES = (
    ((0.306, 0.582, 0.646), 0.058),
    ((0.777, 0.794, 0.830), 0.071),
    ((0.777, 0.794, 0.830), 0.071),
    ((0.561, 0.619, 0.669), 0.102),
    ((0.405, 0.450, 0.496), 0.136),
)
"""Mean colour, and deviation of grey levels, of 32 x 32 crops of the five published photographs.

Measured on 500 crops each, at a fifth of the size, as published. The second and the third are the
same picture.
"""

_LENGTH, _WIDTH = 3.0, 0.3
"""Standard deviations of a needle, in pixels.

With these, neighbouring pixels have a correlation of 0.36, as in those crops.
"""


def frost(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = a x + b f,  f a pane of frost."""
    a, b = ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45))[severity - 1]
    return a * x + b * in_channels(panes(x.shape[1:3], generators), x.shape[-1])


def panes(size: tuple[int, int], generators: Generators) -> np.ndarray:
    """Returns a pane for each image, of shape `(images, *size, 3)`, in [0, 1].

    Three fields of noise are smeared along three directions 60 degrees apart, as ice crystals
    grow; their maximum is the frost. Colour and contrast are those of a photograph.
    """
    chosen, turns, noise = [], [], []
    for rng in generators:
        chosen.append(rng.integers(len(_PANES)))
        turns.append(rng.uniform(0, np.pi))
        noise.append(rng.normal(size=(3, *size)))
    needles = _smeared(np.stack(noise), np.array(turns)[:, None] + np.deg2rad([0, 60, 120]))
    f = needles.max(axis=1)
    f -= f.mean(axis=(1, 2), keepdims=True)
    f /= f.std(axis=(1, 2), keepdims=True)
    colours = np.array([_PANES[pane][0] for pane in chosen])[:, None, None]
    deviations = np.array([_PANES[pane][1] for pane in chosen])[:, None, None, None]
    return np.clip(colours + deviations * f[..., None], 0, 1)


def _smeared(noise: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Returns fields `(..., h, w)`, each convolved on a torus with a long Gaussian at its angle."""
    height, width = noise.shape[-2:]
    q = 2 * np.pi * np.fft.fftfreq(height)[:, None]
    p = 2 * np.pi * np.fft.rfftfreq(width)
    cosine, sine = np.cos(angles)[..., None, None], np.sin(angles)[..., None, None]
    along, across = p * cosine + q * sine, q * cosine - p * sine
    needle = np.exp(-0.5 * ((_LENGTH * along) ** 2 + (_WIDTH * across) ** 2))
    return np.fft.irfft2(np.fft.rfft2(noise) * needle, s=(height, width))
