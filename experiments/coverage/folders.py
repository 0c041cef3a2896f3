"""Small "folders" drawn from large sets, and the many images that no folder holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from experiments.coverage.config import CLASSES, LARGEST, POPULATION, SMALLEST
from keras_lateral.datasets import ImageFolds, load_images

Part = tuple[np.ndarray, np.ndarray]
"""Images and labels."""


@dataclass(frozen=True, eq=False)
class Folder:
    """What somebody might have, and what there is beyond it.

    Args:
        images: The images of the folder, scaled to [0, 1].
        population: Other images of the same classes: they stand for all new images.
    """

    images: ImageFolds
    population: Part


SETS = ("fashion_mnist", "cifar10")
"""Folders are drawn from these in turn."""


def folder(number: int) -> Folder:
    """Draws a folder: some classes, some images of each, as they come.

    Args:
        number: Number of the folder; it fixes everything.
    """
    name = SETS[number % len(SETS)]
    x, y = _whole_set(name)
    generator = np.random.default_rng([2027, number])
    classes = np.sort(generator.permutation(int(y.max()) + 1)[:CLASSES])
    places = generator.permutation(np.flatnonzero(np.isin(y, classes)))
    x, y = x[places], np.searchsorted(classes, y[places]).astype("int32")
    mine = int(generator.integers(SMALLEST, LARGEST + 1))
    images = ImageFolds(
        f"folder {number} of {name}",
        x[:mine],
        y[:mine],
        tuple(f"class {label}" for label in classes),
        max_value=1.0,
    )
    others = slice(mine, mine + POPULATION)
    return Folder(images, (x[others], y[others]))


@cache
def _whole_set(name: str) -> Part:
    """Returns all images of a set at half their sides, float32 in [0, 1], and their classes."""
    data = load_images(name)
    x = np.concatenate([data.x_train, data.x_test])
    y = np.concatenate([data.y_train, data.y_test])
    n, height, width, channels = x.shape
    blocks = x.reshape(n, height // 2, 2, width // 2, 2, channels)
    return blocks.mean(axis=(2, 4), dtype="float32") / 255, y
