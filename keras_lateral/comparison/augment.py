"""Augmentation whose draws are handed to it, so that pairs see the same."""

from __future__ import annotations

import numpy as np


def flip_and_shift(x: np.ndarray, generator: np.random.Generator, pixels: int = 4) -> np.ndarray:
    """Augments images of things that have no handedness: mirrored or not, shifted a little.

    Args:
        x: Array of shape `(images, height, width, channels)`.
        generator: Draws, for each image, whether it is mirrored and how far it is shifted.
        pixels: The largest shift in either direction; what comes in from outside is the border,
            mirrored. Give another by `functools.partial`.

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
