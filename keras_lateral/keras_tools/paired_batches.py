"""Batches with the same order and the same augmentation for every method trained with a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.head.label_form import LabelForm, in_form
from keras_lateral.method import Batches

Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""A function from float32 images, `(batch, height, width, channels)`, to as many of that shape."""


class PairedBatches(keras.utils.PyDataset):
    """Training batches that depend only on the seed, the epoch and the batch's index.

    Args:
        x: Images of shape `(images, height, width, channels)`.
        y: Labels of shape `(images,)`.
        batch_size: Images in a batch; the last one of an epoch may have fewer.
        seed: Seed of this training.
        augment: Function that augments a batch of images with a NumPy generator, or `None`.
        change: A method's own change of images and labels, or `None`. It draws from another
            generator than `augment`, so that what is augmented stays the same for all methods.
        epoch: Number of the first epoch, counted from 0, for a training that goes on.
        given: In which form labels are given to the model, and how much each class counts.
            Defaults to labels as they are.
        sample_weight: How much each image counts, of shape `(images,)`; a method's own weights are
            multiplied with it.
        method: Name of the method that changes batches, for errors.
        parts: Number of devices that share a batch in equal parts. It is filled up to a multiple of
            that with its own images, which count nothing, while the others count as much more as
            keeps the mean over the batch what it is.
        in_order: Whether the batches come in the order in which `fit` shuffles them for this
            seed, so that they need not be shuffled by `fit`.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        batch_size: int,
        seed: int,
        augment: Augment | None = None,
        change: Batches | None = None,
        epoch: int = 0,
        *,
        given: GivenLabels | None = None,
        sample_weight: np.ndarray | None = None,
        method: str = "",
        parts: int = 1,
        in_order: bool = False,
    ) -> None:
        super().__init__()
        self.x, self.y, self.batch_size, self.seed = x, y, batch_size, seed
        self.augment, self.change = augment, change
        self.epoch, self.given, self.sample_weight = epoch, given, sample_weight
        self.method, self.parts, self.in_order = method, parts, in_order
        self._order, self._indices = self._shuffled(), self._shuffled_indices()

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        index = self._indices[index] if self.in_order else index
        places = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        x, y = self.x[places], self.y[places]
        if self.augment is not None:
            x = self._augmented(self.augment, x, index)
        w = None if self.sample_weight is None else self.sample_weight[places]
        if self.change is not None:
            x, y, *own = self._changed(self.change, x, y, index)
            w = _product(w, own[0] if own else None, len(y))
        if self.given is not None:
            y, w = self.given(y, w)
        if self.parts > 1:
            return filled_up(x, y, w, self.parts)
        return (x, y) if w is None else (x, y, w)

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self._order, self._indices = self._shuffled(), self._shuffled_indices()

    def _shuffled(self) -> np.ndarray:
        return np.random.default_rng([self.seed, self.epoch]).permutation(len(self.x))

    def _shuffled_indices(self) -> list[int]:
        """Returns the batches' numbers, shuffled as Python's generator does once an epoch."""
        generator, indices = random.Random(self.seed), list(range(len(self)))
        for _ in range(self.epoch if self.in_order else 0):
            indices = list(range(len(self)))
            generator.shuffle(indices)
        return indices

    def _augmented(self, augment: Augment, x: np.ndarray, index: int) -> np.ndarray:
        generator = np.random.default_rng([self.seed, self.epoch, index])
        changed: Any = augment(x, generator)
        if np.shape(changed) != x.shape:
            raise ValueError(
                "Invalid value for argument `augment`. Expected a function from images of shape "
                f"{x.shape} to as many of the same shape. Received: {np.shape(changed)}"
            )
        return np.asarray(changed, x.dtype)

    def _changed(
        self, change: Batches, x: np.ndarray, y: np.ndarray, index: int
    ) -> tuple[np.ndarray, ...]:
        generator = np.random.default_rng([self.seed, self.epoch, index, 1])
        whose = f"The `batches` of method {self.method!r}" if self.method else "`batches`"
        try:
            found: Any = change(x, y, generator)
        except (TypeError, ValueError) as error:
            told = str(error).startswith("The `batches` of ")  # of a user's file, with its line
            begin = f"Method {self.method!r}" if told else f"{whose} fails"
            raise ValueError(f"{begin}: {error}. {_EXPECTED}") from error
        if not isinstance(found, (tuple, list)) or len(found) != 3:
            kind = type(found).__name__
            number = f" of {len(found)}" if isinstance(found, (tuple, list)) else ""
            raise ValueError(f"{whose} returns a {kind}{number}. {_EXPECTED}")
        images, labels, weights = found
        shapes = [np.shape(array) for array in (images, labels, weights) if array is not None]
        same = len({shape[:1] for shape in shapes}) == 1 and shapes[0][1:] == x.shape[1:]
        if not same or len(shapes[1]) not in (1, 2):
            raise ValueError(
                f"{whose} does not return as many of each, or images of another shape than "
                f"{x.shape[1:]}. {_EXPECTED} Received: {shapes}"
            )
        images, labels = np.asarray(images, x.dtype), np.asarray(labels)
        return (images, labels) if weights is None else (images, labels, np.asarray(weights))


def _product(first: np.ndarray | None, second: np.ndarray | None, images: int) -> np.ndarray | None:
    if first is not None and len(first) != images:
        raise ValueError(
            f"A method returned {images} images of a batch of {len(first)}, so `sample_weight`, "
            "which belongs to the images by their places, no longer matches. Leave one of them out."
        )
    return first if second is None else second if first is None else first * second


def filled_up(
    x: np.ndarray, y: np.ndarray, w: np.ndarray | None, parts: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns a batch whose length is a multiple of `parts`, with the same weighted mean.

    Args:
        x: Images `(batch, ...)`.
        y: Labels `(batch, ...)`.
        w: Weights `(batch,)`, or `None` for ones.
        parts: Number of equal parts.

    Example:

    >>> import numpy as np
    >>> x, y, w = filled_up(np.array([5.0, 6.0, 7.0]), np.array([0, 1, 2]), None, 2)
    >>> x.tolist(), y.tolist(), [round(float(v), 3) for v in w]
    ([5.0, 6.0, 7.0, 5.0], [0, 1, 2, 0], [1.333, 1.333, 1.333, 0.0])
    """
    images = len(y)
    whole = math.ceil(images / parts) * parts
    places = np.arange(whole) % images
    w = np.ones(images, "float32") if w is None else np.asarray(w, "float32")
    weights = np.where(np.arange(whole) < images, w[places] * np.float32(whole / images), 0)
    return x[places], y[places], weights.astype("float32")


@dataclass(frozen=True, eq=False)
class GivenLabels:
    """What a model is given of labels and weights.

    Args:
        form: The form in which its loss takes labels.
        classes: Number of classes.
        class_weight: How much each class counts, float32 `(classes,)`; `None` for alike. An image
            with shares of several classes counts as much as these together.
    """

    form: LabelForm
    classes: int
    class_weight: np.ndarray | None = None

    def __call__(self, y: np.ndarray, w: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
        """Returns labels in their form, and weights."""
        if self.class_weight is not None:
            of_class = self.class_weight[y] if y.ndim == 1 else y @ self.class_weight
            w = of_class if w is None else w * of_class
        return in_form(y, self.form, self.classes), w


_EXPECTED = (
    "Expected a function of images (batch, height, width, channels), integer labels (batch,) and a "
    "NumPy generator that returns (images, labels, weights): as many of each, labels as integers "
    "or as shares of the classes (batch, classes), weights (batch,) or None."
)
