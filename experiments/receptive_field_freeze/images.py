"""The images of one split and one seed: two sets of classes, each with images held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from experiments.common.cifar100 import cifar100
from experiments.receptive_field_freeze.config import SPLITS, Size
from keras_lateral.datasets import split_per_class


@dataclass(frozen=True)
class Images:
    """Images of some classes.

    Args:
        x: Training images, `float32` in [0, 1].
        y: Their labels, from 0.
        x_held_out: Validation images.
        y_held_out: Their labels.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    x_held_out: NDArray[Any]
    y_held_out: NDArray[Any]

    def batches_of_epoch(self, seed: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Returns the training images in an order that depends only on the seed."""
        order = np.random.default_rng(seed).permutation(len(self.x))
        return self.x[order], self.y[order]


def images(size: Size, split: str, part: Literal["base", "transfer"], seed: int) -> Images:
    """Returns the images of one part of a split; the seed picks the held-out ones."""
    classes = SPLITS[split][part]
    x, y = _noise(size, len(classes)) if size.data == "noise" else _cifar100(size, classes)
    held_out = round(size.held_out * size.images_per_class)
    (x, y), (x_held_out, y_held_out) = split_per_class(x, y, held_out, seed)
    return Images(x, y, x_held_out, y_held_out)


def _cifar100(size: Size, classes: list[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    part = cifar100().subset(size.images_per_class, classes=classes, seed=0).scaled()
    x, y = part.x_train, part.y_train
    if x.shape[1] != size.image_size:
        shape = (size.image_size, size.image_size)
        x = keras.ops.convert_to_numpy(keras.ops.image.resize(x, shape))
    return x, y


def _noise(size: Size, classes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    y = np.repeat(np.arange(classes, dtype="int32"), size.images_per_class)
    shape = (len(y), size.image_size, size.image_size, 3)
    return np.random.default_rng(0).random(shape, dtype="float32"), y
