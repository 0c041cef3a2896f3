"""Motion blur, as in ImageMagick."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.parameters import ParameterSet, published


def motion_blur(
    x: np.ndarray, severity: int, generators: Generators, parameters: ParameterSet = "cifar10"
) -> np.ndarray:
    """Blurs along a line at up to 45 degrees from the horizontal, to one side of each pixel."""
    radius, sigma = published("motion_blur", severity, parameters)
    angles = drawn(generators, lambda rng: np.asarray(rng.uniform(-45, 45)))
    return motion_blurred(x, radius, sigma, angles)


def motion_blurred(x: np.ndarray, radius: int, sigma: float, angles: np.ndarray) -> np.ndarray:
    """Returns images blurred along a line, each at its own angle.

        y(r, c) = sum_i k_i x(r + round(i sin a), c + round(i cos a)),  i = 0 ... 2 radius
        k_i = exp(-i^2 / (2 sigma^2)) / Z

    Halves are rounded down. Outside the image its last pixel is repeated.

    Args:
        x: Images of shape `(images, height, width, channels)`.
        radius: Half the length of the line, in pixels.
        sigma: Standard deviation of the weights along the line, in pixels.
        angles: Angles of the lines in degrees, of shape `(images,)`.
    """
    images, height, width, _ = x.shape
    i = np.arange(2 * radius + 1)
    k = np.exp(-(i**2) / (2 * sigma**2))
    k /= k.sum()
    a = np.deg2rad(angles)[:, None]
    down = np.ceil(i * np.sin(a) - 0.5).astype(int)
    right = np.ceil(i * np.cos(a) - 0.5).astype(int)
    image = np.arange(images)[:, None, None]
    y = np.zeros_like(x)
    for tap in i:
        rows = np.clip(np.arange(height) + down[:, tap, None], 0, height - 1)
        columns = np.clip(np.arange(width) + right[:, tap, None], 0, width - 1)
        y += k[tap] * x[image, rows[:, :, None], columns[:, None, :]]
    return y
