"""Images for the tests of corruptions, and generators as `corrupt` uses them."""

from __future__ import annotations

from typing import Any

import numpy as np


def natural_images(images: int, height: int, width: int, channels: int = 3) -> np.ndarray:
    """Amplitudes fall as 1 / frequency and channels correlate, as in photographs; in [0, 1]."""
    rng = np.random.default_rng(5)
    f = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    f[0, 0] = np.inf
    noise = rng.normal(size=(images, height, width, channels))
    noise = 0.6 * noise.mean(axis=-1, keepdims=True) + 0.4 * noise
    x = np.fft.ifft2(np.fft.fft2(noise, axes=(1, 2)) / f[..., None], axes=(1, 2)).real
    x -= x.min(axis=(1, 2, 3), keepdims=True)
    return x / x.max(axis=(1, 2, 3), keepdims=True)


def published_cases(cifar10: list[Any], imagenet: list[Any]) -> list[tuple[str, int, Any]]:
    """Returns (set, severity, parameters) for the five severities of both published sets."""
    sets = {"cifar10": cifar10, "imagenet": imagenet}
    return [(name, i, c) for name, values in sets.items() for i, c in enumerate(values, 1)]


def generators(images: int, seed: int = 3) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, i]) for i in range(images)]
