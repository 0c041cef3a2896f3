"""Random numbers for each image from its own generator, and colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in a grey image (ITU-R BT.601)."""


def luma(x: np.ndarray) -> np.ndarray:
    """Returns images of one or three channels as grey images of one channel."""
    return x if x.shape[-1] == 1 else (x @ LUMA)[..., None]


def in_channels(colours: np.ndarray, channels: int) -> np.ndarray:
    """Returns colours `(..., 3)` unchanged for three channels, and as greys for one."""
    return colours if channels == 3 else (colours @ LUMA)[..., None]


def saturated(x: np.ndarray, factor: float, offset: float) -> np.ndarray:
    """Returns images with new saturation, s' = s factor + offset, and the same hue and value.

        y = v - s' v (v - x) / (v - w),   v = max, w = min of a pixel's channels,  s = (v - w) / v

    A grey pixel has no hue; as in the published code's conversion it counts as red.
    """
    v, w = x.max(axis=-1, keepdims=True), x.min(axis=-1, keepdims=True)
    grey = v == w
    hue = np.where(grey, [0.0, 1.0, 1.0], (v - x) / np.where(grey, 1, v - w))
    s = np.clip((v - w) / np.where(v == 0, 1, v) * factor + offset, 0, 1)
    return v - s * v * hue


Generators = Sequence[np.random.Generator]
"""One generator for each image."""


def image_generators(seed: int, first: int, images: int) -> list[np.random.Generator]:
    """Returns the generators of images i = `first`, `first + 1`, ..., each seeded by [seed, i]."""
    return [np.random.default_rng([seed, i]) for i in range(first, first + images)]


def drawn(generators: Generators, draw: Callable[[np.random.Generator], np.ndarray]) -> np.ndarray:
    """Returns what is drawn for each image, stacked."""
    return np.stack([draw(generator) for generator in generators])
