"""Blurs: defocus, glass, zoom, Gaussian, with the parameters of CIFAR-10-C."""

from __future__ import annotations

import numpy as np

from keras_lateral.robustness.corruption.drawing import Generators, drawn
from keras_lateral.robustness.corruption.sampling import clipped_zoom, gaussian_blurred, inside


def gaussian_blur(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = G_c * x."""
    c = (0.4, 0.6, 0.7, 0.8, 1.0)[severity - 1]
    return gaussian_blurred(x, c)


def defocus_blur(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns y = K * x,  K a disk whose edge is softened by a Gaussian of 3 x 3 pixels."""
    radius, sigma = ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1))[severity - 1]
    kernel = soft_disk(radius, sigma)
    height, width = x.shape[1:3]
    reach = len(kernel) // 2
    y = np.zeros_like(x)
    for (i, j), k in np.ndenumerate(kernel):
        if k:
            rows = inside(np.arange(height) + i - reach, height, "mirror")
            columns = inside(np.arange(width) + j - reach, width, "mirror")
            y += k * x[:, rows][:, :, columns]
    return y


def soft_disk(radius: float, sigma: float) -> np.ndarray:
    """Returns the kernel: pixels within the radius, blurred over 3 x 3, array that sums to 1."""
    reach = int(radius) + 1
    i = np.arange(-reach, reach + 1)
    disk = (i[:, None] ** 2 + i**2 <= radius**2).astype("float64")
    g = np.exp(-(np.arange(-1, 2) ** 2) / (2 * sigma**2))
    g /= g.sum()
    blur = sum(g[d + 1] * np.eye(len(i), k=d) for d in (-1, 0, 1))
    return blur @ (disk / disk.sum()) @ blur


def glass_blur(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Blurs, replaces every pixel by itself or a neighbour above or to the left, and blurs again.

    The published code is meant to swap pixels, but copies one over the other (a row of an array is
    a view), and that is how the published images were made. A copy never reads what was written
    before in the same round, so all pixels move at once. The two rows and columns at the top and
    left stay unchanged.
    """
    sigma, rounds = ((0.05, 1), (0.25, 1), (0.4, 1), (0.25, 2), (0.4, 2))[severity - 1]
    images, height, width, _ = x.shape
    y = gaussian_blurred(x, sigma)
    image = np.arange(images)[:, None, None]
    size = (rounds, height - 2, width - 2, 2)
    steps = drawn(generators, lambda rng: rng.integers(-1, 1, size=size))
    for r in range(rounds):
        dx, dy = np.moveaxis(steps[:, r, ::-1, ::-1], -1, 0)  # drawn from the last pixel back
        rows = np.arange(2, height)[:, None] + dy
        columns = np.arange(2, width) + dx
        y[:, 2:, 2:] = y[image, rows, columns]
    return gaussian_blurred(y, sigma)


def zoom_blur(x: np.ndarray, severity: int, generators: Generators) -> np.ndarray:
    """Returns the mean of the image and its enlargements by 1, 1.01, 1.02, ..."""
    largest = (1.06, 1.11, 1.16, 1.21, 1.26)[severity - 1]
    zooms = np.arange(1, largest, 0.01)
    return (x + sum(clipped_zoom(x, zoom) for zoom in zooms)) / (len(zooms) + 1)
