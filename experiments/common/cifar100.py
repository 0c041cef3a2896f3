"""The images of one seed, and the batches of one epoch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets import ImageDataset, load_images

Arrays = tuple[NDArray[np.float32], NDArray[np.int32]]

CLASS_SEED = 2022
"""Picks the classes, once for all runs of all experiments."""


class DataSize(Protocol):
    """The part of a study's size that concerns its images.

    Args:
        classes: Number of classes, of the 100.
        images_per_class: Training images of each class.
        test_per_class: Test images of each class.
        batch_size: Images per batch; divides the number of training images.
    """

    @property
    def classes(self) -> int: ...
    @property
    def images_per_class(self) -> int: ...
    @property
    def test_per_class(self) -> int: ...
    @property
    def batch_size(self) -> int: ...


@cache
def cifar100() -> ImageDataset:
    """Returns CIFAR-100, decoded once per process."""
    return load_images("cifar100")


def class_names(size: DataSize) -> list[str]:
    """Returns the classes of the study."""
    dataset = cifar100()
    picked = np.random.default_rng(CLASS_SEED).permutation(dataset.num_classes)[: size.classes]
    return [dataset.class_names[label] for label in sorted(picked)]


def images(size: DataSize, seed: int) -> tuple[Arrays, Arrays]:
    """Returns the training images, picked by the seed, and the test images, always the same.

    Args:
        size: The size of the study.
        seed: Picks the training images of every class.

    Returns:
        `((x_train, y_train), (x_test, y_test))`, with pixels from -1 to 1.
    """
    part = cifar100().subset(
        size.images_per_class,
        classes=class_names(size),
        seed=seed,
        test_per_class=size.test_per_class,
    )
    part = part.scaled()
    return (2 * part.x_train - 1, part.y_train), (2 * part.x_test - 1, part.y_test)


def batches(x: NDArray, y: NDArray, size: DataSize, seed: int, epoch: int) -> Iterator[Arrays]:
    """Yields one epoch's batches, shuffled by the seed and the epoch: the same for every arm."""
    order = np.random.default_rng([seed, epoch]).permutation(len(x))
    for start in range(0, len(x), size.batch_size):
        places = order[start : start + size.batch_size]
        yield x[places], y[places]
