"""The same images in the same order, augmented in the same way, for every method of a seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From float32 images of shape `(batch, height, width, channels)` to as many of the same shape."""


class PairedBatches(keras.utils.PyDataset):
    """Training batches that depend on the seed, the epoch and the place alone.

    Args:
        x: Images of shape `(images, height, width, channels)`.
        y: Labels of shape `(images,)`.
        batch_size: Images in a batch; the last one of an epoch may have fewer.
        seed: Of this training.
        augment: Changes a batch of images by a generator, or `None`.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        batch_size: int,
        seed: int,
        augment: Augment | None = None,
    ) -> None:
        super().__init__()
        self.x, self.y, self.batch_size, self.seed = x, y, batch_size, seed
        self.augment = augment
        self.epoch = 0
        self._order = self._shuffled()

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        places = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        x = self.x[places]
        if self.augment is not None:
            x = self._augmented(x, index)
        return x, self.y[places]

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> np.ndarray:
        return np.random.default_rng([self.seed, self.epoch]).permutation(len(self.x))

    def _augmented(self, x: np.ndarray, index: int) -> np.ndarray:
        generator = np.random.default_rng([self.seed, self.epoch, index])
        assert self.augment is not None
        changed: Any = self.augment(x, generator)
        if np.shape(changed) != x.shape:
            raise ValueError(
                "Invalid value for argument `augment`. Expected a function from images of shape "
                f"{x.shape} to as many of the same shape. Received: {np.shape(changed)}"
            )
        return np.asarray(changed, x.dtype)


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
