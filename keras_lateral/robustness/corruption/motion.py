"""Motion blur, as in ImageMagick."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.parameters import ParameterSet, published

ROWS = 32
"""Rows of an image that are blurred at a time."""


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
    i = np.arange(2 * radius + 1)
    k = np.exp(-(i**2) / (2 * sigma**2))
    k /= k.sum()
    a = np.deg2rad(angles)[:, None]
    down = np.ceil(i * np.sin(a) - 0.5).astype(int)
    right = np.ceil(i * np.cos(a) - 0.5).astype(int)
    y = np.zeros_like(x)
    for image, blurred, *steps in zip(x, y, down, right, strict=True):
        _add_along_line(image, k, steps, blurred)
    return y


def _add_along_line(
    image: np.ndarray, k: np.ndarray, steps: list[np.ndarray], blurred: np.ndarray
) -> None:
    """Adds sum_i k_i x(r + down_i, c + right_i) to an image, `steps` being `[down, right]`."""
    (height, width), lowest = image.shape[:2], [int(step.min()) for step in steps]
    rows, columns = (
        np.clip(np.arange(low, n + int(step.max())), 0, n - 1)
        for low, n, step in zip(lowest, (height, width), steps, strict=True)
    )
    wide = image[rows][:, columns]
    taps = list(zip(k, steps[0] - lowest[0], steps[1] - lowest[1], strict=True))
    for first in range(0, height, ROWS):  # few enough to stay near the processor
        some = blurred[first : first + ROWS]
        weighted = np.empty_like(some)
        for weight, r, c in taps:
            read = wide[first + r : first + r + len(some), c : c + width]
            np.multiply(read, weight, out=weighted)
            some += weighted
