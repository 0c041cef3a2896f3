"""The images of a recipe: scaled, the test images of the set or held-out training images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from experiments.full_size.recipe import Recipe
from keras_lateral import flip_and_shift
from keras_lateral.datasets import few_per_class, load_images, split_per_class
from keras_lateral.datasets.published.from_tensorflow_datasets import read_tensorflow_dataset
from keras_lateral.datasets.published.sets import NAMES
from keras_lateral.keras_tools.paired_batches import PairedBatches
from keras_lateral.method import Batches

Parts = list[tuple[np.ndarray, np.ndarray]]
"""Images and their labels, a part at a time."""


@dataclass(frozen=True, eq=False)
class Images:
    """Images and labels to train on and to test on."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def classes(self) -> int:
        return int(self.y_train.max()) + 1

    @property
    def shape(self) -> tuple[int, int, int]:
        height, width, channels = self.x_train.shape[1:]
        return height, width, channels

    def steps(self, batch_size: int) -> int:
        """Returns the number of batches of an epoch."""
        return math.ceil(len(self.x_train) / batch_size)

    def batches(
        self, batch_size: int, seed: int, epoch: int, augment: bool, change: Batches | None = None
    ) -> PairedBatches:
        """Returns the batches of an epoch; with one seed, the same in every arm.

        Args:
            batch_size: Images per batch.
            seed: Seed of the training.
            epoch: Number of the epoch, counted from 0.
            augment: Whether images are mirrored and shifted.
            change: What a method makes of a batch.
        """
        shifted = flip_and_shift if augment else None
        x, y = self.x_train, self.y_train
        return PairedBatches(x, y, batch_size, seed, shifted, change, epoch)

    def test_batches(self) -> Parts:
        """Returns the test images and their labels, all at once."""
        return [(self.x_test, self.y_test)]

    def trained_part(self, most: int) -> Parts:
        """Returns the first training images, at most so many, and their labels."""
        return [(self.x_train[:most], self.y_train[:most])]

    @cached_property
    def scale(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the training images' channels, float32."""
        over = (0, 1, 2)
        mean = self.x_train.mean(over, dtype="float64").astype("float32")
        return mean, self.x_train.std(over, dtype="float64").astype("float32")


def images(recipe: Recipe) -> Images:
    """Returns the images of a recipe, the same for every seed and arm: float32, scaled."""
    raw = raw_images(recipe)
    mean, deviation = raw.scale if recipe.standardized else (0.0, 255.0)
    x_train, x_test = ((x.astype("float32") - mean) / deviation for x in (raw.x_train, raw.x_test))
    return Images(x_train, raw.y_train, x_test, raw.y_test)


@cache
def raw_images(recipe: Recipe) -> Images:
    """Returns the images of a recipe as they are stored, uint8."""
    found = _noise(recipe) if recipe.dataset == "noise" else _loaded(recipe.dataset)
    (x, y), (x_test, y_test) = (found.x_train, found.y_train), (found.x_test, found.y_test)
    if recipe.held_out_per_class:
        (x, y), (x_test, y_test) = split_per_class(x, y, recipe.held_out_per_class)
    if recipe.images_per_class:
        x, y = few_per_class(x, y, recipe.images_per_class)
    if recipe.test_per_class:
        x_test, y_test = few_per_class(x_test, y_test, recipe.test_per_class)
    return Images(x, y, x_test, y_test)


@cache
def _loaded(name: str) -> Images:
    data = load_images(name) if name in NAMES else read_tensorflow_dataset(name)
    return Images(data.x_train, data.y_train, data.x_test, data.y_test)


def _noise(recipe: Recipe) -> Images:
    """Returns random pixels, brighter in each class than in the one before."""
    generator, per_class = np.random.default_rng(0), recipe.images_per_class or 10
    y = np.repeat(np.arange(recipe.classes, dtype="int32"), per_class)
    shape = (len(y), recipe.image_size, recipe.image_size, 3)
    x = generator.integers(0, 128, shape) + (127 * y // recipe.classes)[:, None, None, None]
    x = x.astype("uint8")
    return Images(x, y, x[::2], y[::2])
