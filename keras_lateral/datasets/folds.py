"""Images divided anew by each seed, so that all are trained on and all are tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.checked_part import check_count, check_of_each, check_part, check_seed
from keras_lateral.datasets.classes import class_indices, places_of_classes, relabelled
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.per_class import few_places
from keras_lateral.datasets.units import divided, units_of_each_class

FOLDS = 5


@dataclass(frozen=True, eq=False, repr=False)
class ImageFolds:
    """Images that are all trained on and all tested on, but never both in one training.

    They are divided into `folds` parts of the same size with the same classes. A seed tests one
    part and trains on the others, so as many seeds as there are folds test every image once.
    Further seeds divide the images anew:

        repetition = seed // folds,     tested fold = seed % folds

    Images of one unit, such as copies of a picture or photos of a patient, are never divided.

    Args:
        name: Name of the set.
        x: Images of shape `(images, height, width, channels)`.
        y: Labels `int32` of shape `(images,)`, from 0 to `num_classes - 1`.
        class_names: Names of the classes, by label.
        max_value: The largest value a pixel can have.
        source: Where the images come from.
        notes: What a reader of a result must know, in sentences.
        units: Integers of shape `(images,)`: images with the same number belong together. Defaults
            to `None`: every image stands alone.
        names: Name of each image, such as its file.
        folds: Number of folds, at least 2.
        seed: Non-negative integer that fixes all divisions.
        limit_per_class: Largest number of training images of each class. Every image is tested all
            the same. Defaults to all.
        alarms: Those of the notes that make an accuracy wrong, such as pictures with two labels.

    Raises:
        ValueError: If shapes and labels do not match, or a class has fewer units than there are
            folds.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import ImageFolds, load_images
    >>> digits = ImageFolds.pooled(load_images("digits"))
    >>> digits
    <ImageFolds digits: 1,797 images in 5 folds, (8, 8, 1) uint8, 10 classes>
    >>> digits.split(2)
    <ImageDataset digits: 1,438 training and 359 test images, (8, 8, 1) uint8, 10 classes>
    >>> tested = np.concatenate([digits.tested(seed) for seed in range(5)])
    >>> np.array_equal(np.sort(tested), np.arange(1797))
    True
    """

    name: str
    x: NDArray[Any]
    y: NDArray[Any]
    class_names: tuple[str, ...]
    max_value: float = 255.0
    source: str = ""
    notes: tuple[str, ...] = ()
    units: NDArray[Any] | None = None
    names: tuple[str, ...] | None = None
    folds: int = FOLDS
    seed: int = 0
    limit_per_class: int | None = None
    alarms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_part("", self.x, self.y, self.num_classes)
        check_of_each("", len(self.x), self.units, self.names)
        check_count(self.folds, "folds", at_least=2)
        check_seed(self.seed)
        if self.limit_per_class is not None:
            check_count(self.limit_per_class, "limit_per_class")
        units = units_of_each_class(self.y, self._units, self.num_classes)
        if units and min(units) < self.folds:
            label = int(np.argmin(units))
            raise ValueError(self._too_few_message(label, units[label]))

    def _too_few_message(self, label: int, units: int) -> str:
        images = int((self.y == label).sum())
        found = f"{units} images" if units == images else f"{images} images in {units} units"
        most = "fewer `folds` or " if units > 1 else ""
        return (
            f"Invalid value for argument `folds`. Expected at most as many folds as the class "
            f"{self.class_names[label]!r} has images that do not belong together. Received: "
            f"folds={self.folds}, and {found}. Choose {most}more images of this class."
        )

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)`."""
        height, width, channels = self.x.shape[1:]
        return height, width, channels

    @property
    def _units(self) -> NDArray[Any]:
        return np.arange(len(self.y)) if self.units is None else self.units

    @classmethod
    def pooled(cls, data: ImageDataset, folds: int | None = None, *, seed: int = 0) -> ImageFolds:
        """Returns the training and the test images of a set together, to be divided anew.

        Args:
            data: An `ImageDataset`.
            folds: Number of folds, at least 2. Defaults to 5, or as many as the smallest class has
                images that do not belong together.
            seed: Seed that fixes the divisions.

        Returns:
            An `ImageFolds`: the training images, then the test images.

        Raises:
            ValueError: If a class has too few images.

        Example:

        >>> from keras_lateral.datasets import ImageFolds, load_images
        >>> ImageFolds.pooled(load_images("digits"), folds=10)
        <ImageFolds digits: 1,797 images in 10 folds, (8, 8, 1) uint8, 10 classes>
        """
        y, units, names = np.concatenate([data.y_train, data.y_test]), None, None
        if data.units_train is not None and data.units_test is not None:
            units = np.concatenate([data.units_train, data.units_test])
        if data.names_train is not None and data.names_test is not None:
            names = (*data.names_train, *data.names_test)
        return cls(
            name=data.name,
            x=np.concatenate([data.x_train, data.x_test]),
            y=y,
            class_names=data.class_names,
            max_value=data.max_value,
            source=data.source,
            notes=data.notes,
            units=units,
            names=names,
            folds=most_folds(y, units, data.num_classes) if folds is None else folds,
            seed=seed,
            alarms=data.alarms,
        )

    def tested(self, seed: int) -> NDArray[np.int64]:
        """Returns the places of the images that a seed tests, in the order of its test images.

        Args:
            seed: Non-negative integer.

        Returns:
            Integers: `x[tested(seed)]` equals `split(seed).x_test`.

        Raises:
            ValueError: If the seed is not as described.
        """
        return np.flatnonzero(self._is_tested(seed))

    def _is_tested(self, seed: int) -> NDArray[np.bool_]:
        check_seed(seed)
        repetition, fold = divmod(int(seed), self.folds)
        shares = [1 / self.folds] * self.folds
        tested: NDArray[np.bool_] = (
            divided(self.y, self._units, shares, [self.seed, repetition]) == fold
        )
        return tested

    def split(self, seed: int) -> ImageDataset:
        """Returns the training and the test images of a seed.

        Args:
            seed: Non-negative integer.

        Returns:
            An `ImageDataset`.

        Raises:
            ValueError: If the seed is not as described.
        """
        tested = self._is_tested(seed)
        train, test = self._thinned(np.flatnonzero(~tested), seed), np.flatnonzero(tested)
        units, names = self.units, self.names
        return ImageDataset(
            name=self.name,
            x_train=self.x[train],
            y_train=self.y[train],
            x_test=self.x[test],
            y_test=self.y[test],
            class_names=self.class_names,
            max_value=self.max_value,
            source=self.source,
            notes=self.notes,
            units_train=None if units is None else units[train],
            units_test=None if units is None else units[test],
            names_train=names and tuple(names[place] for place in train),
            names_test=names and tuple(names[place] for place in test),
            alarms=self.alarms,
        )

    def _thinned(self, places: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
        """Returns the places to train on: at most `limit_per_class` of each class."""
        if self.limit_per_class is None:
            return places
        kept = []
        for label in range(self.num_classes):
            mine = places[self.y[places] == label]
            rng = np.random.default_rng([self.seed, int(seed), label])
            kept.append(rng.permutation(mine)[: self.limit_per_class])
        return np.sort(np.concatenate(kept))

    def scaled(self) -> ImageFolds:
        """Returns the same images as `float32` in [0, 1]; a scaled set keeps its values."""
        x = self.x.astype(np.float32) / np.float32(self.max_value)
        return replace(self, x=x, max_value=1.0)

    def choose_classes(self, classes: Sequence[int | str]) -> ImageFolds:
        """Returns the chosen classes, relabelled 0, 1, ... in the given order.

        Args:
            classes: Names (str) or labels (int) of the classes to keep, each once.

        Raises:
            ValueError: If a class is unknown or is given twice.
        """
        indices = class_indices(self.class_names, classes)
        places = places_of_classes(self.y, indices)
        return self._at(
            places,
            y=relabelled(self.y[places], indices, self.num_classes),
            class_names=tuple(self.class_names[index] for index in indices),
        )

    def subset(self, images_per_class: int, *, seed: int = 0) -> ImageFolds:
        """Returns few images of each class, which are then all that is trained or tested on.

        Args:
            images_per_class: Images to keep of each class.
            seed: Seed that picks them.

        Raises:
            ValueError: If a class has fewer images, or too few for the folds are left.
        """
        return self._at(
            np.sort(few_places(self.y, images_per_class, seed, class_names=self.class_names))
        )

    def _at(self, places: NDArray[np.int64], **changes: Any) -> ImageFolds:
        kept = {
            "x": self.x[places],
            "y": self.y[places],
            "units": None if self.units is None else self.units[places],
            "names": self.names and tuple(self.names[place] for place in places),
        }
        return replace(self, **{**kept, **changes})

    def __repr__(self) -> str:
        return (
            f"<ImageFolds {self.name}: {len(self.x):,} images in {self.folds} folds, "
            f"{self.image_shape} {self.x.dtype}, {self.num_classes} classes>"
        )


def most_folds(y: NDArray[Any], units: NDArray[Any] | None, num_classes: int) -> int:
    """Returns how many folds there are if nothing else is asked for: 5, or fewer for few images."""
    every = np.arange(len(y)) if units is None else units
    return max(2, min([FOLDS, *units_of_each_class(y, every, num_classes)]))
