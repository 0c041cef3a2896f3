"""Augmentation that draws from a given generator, so that pairs see the same images."""

from __future__ import annotations

import numpy as np


def flip_and_shift(x: np.ndarray, generator: np.random.Generator, pixels: int = 4) -> np.ndarray:
    """Mirrors and shifts images at random, where left and right are interchangeable.

    Args:
        x: Array of shape `(images, height, width, channels)`.
        generator: NumPy generator that draws for each image whether to mirror it and how far to
            shift it.
        pixels: Largest shift in each direction. Images are padded with their mirrored border. To
            choose another value, use `functools.partial`.

    Returns:
        An array of the same shape and dtype.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import flip_and_shift
    >>> flip_and_shift(np.ones((2, 8, 8, 3)), np.random.default_rng(0)).shape
    (2, 8, 8, 3)
    """
    n, height, width = x.shape[:3]
    padded = np.pad(x, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="symmetric")
    top, left = generator.integers(0, 2 * pixels + 1, (2, n))
    rows = top[:, None] + np.arange(height)
    columns = left[:, None] + np.arange(width)
    mirrored = generator.random(n) < 0.5
    columns[mirrored] = columns[mirrored, ::-1]
    return padded[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
