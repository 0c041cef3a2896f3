"""The record that holds an image set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.checked_part import check_of_each, check_part
from keras_lateral.datasets.classes import class_indices, places_of_classes, relabelled
from keras_lateral.datasets.per_class import few_places

Places = NDArray[np.int64]


def choose_classes(dataset: ImageDataset, classes: Sequence[int | str]) -> ImageDataset:
    """Keeps the chosen classes and relabels them 0, 1, ... in the given order.

    Args:
        dataset: An `ImageDataset`.
        classes: Names (str) or labels (int) of the classes to keep, each once.

    Returns:
        An `ImageDataset` of those classes; the images stay in their order.

    Raises:
        ValueError: If a class is unknown or is given twice.

    Example:

    >>> from keras_lateral.datasets import choose_classes, load_images
    >>> pair = choose_classes(load_images("digits"), ["7", 1])
    >>> pair.class_names
    ('7', '1')
    >>> sorted(set(pair.y_train.tolist()))
    [0, 1]
    """
    indices = class_indices(dataset.class_names, classes)
    kept = dataset.at_places(
        places_of_classes(dataset.y_train, indices), places_of_classes(dataset.y_test, indices)
    )
    x_validation, y_validation = _kept_validation(dataset, indices)
    return replace(
        kept,
        y_train=relabelled(kept.y_train, indices, dataset.num_classes),
        y_test=relabelled(kept.y_test, indices, dataset.num_classes),
        x_validation=x_validation,
        y_validation=y_validation,
        class_names=tuple(dataset.class_names[index] for index in indices),
    )


def _kept_validation(dataset: ImageDataset, indices: Sequence[int]) -> tuple[Any, Any]:
    if dataset.x_validation is None or dataset.y_validation is None:
        return None, None
    places = places_of_classes(dataset.y_validation, indices)
    labels = relabelled(dataset.y_validation[places], indices, dataset.num_classes)
    return dataset.x_validation[places], labels


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Training and test images with their labels.

    Images are kept as published: `load_images` gives `uint8` from 0 to `max_value`, a quarter of
    the memory of floats. `scaled()` gives what a network expects, `float32` in [0, 1]; where memory
    matters, take a subset first and scale it afterwards.

    Args:
        name: Name of the set.
        x_train: Training images of shape `(images, height, width, channels)`. The channel axis is
            always present, and always last.
        y_train: Labels `int32` of shape `(images,)`, from 0 to `num_classes - 1`.
        x_test: Test images, as `x_train`.
        y_test: Labels of the test images.
        class_names: Names of the classes, by label.
        max_value: The largest value a pixel can have.
        source: Where the images come from, such as `"scikit-learn"`, `"folder"` or
            `"tensorflow-datasets"`.
        notes: What a reader of a result must know, in sentences. If a local folder holds only part
            of a published set, a note says so: accuracies on it are not comparable with published
            ones.
        x_validation: Images for validation, as `x_train`, where the set has some of its own: to
            choose settings by, to stop early (`fit(validation_data=...)`) or to tune
            (`tune_sigma(validation=...)`). A comparison neither trains nor tests on them.
        y_validation: Labels of the validation images.
        units_train: Integers of shape `(images,)`: images with the same number belong together, as
            copies of one picture or photos of one patient do, also across training and test. They
            are not independent of each other. Defaults to `None`: every image stands alone.
        units_test: Units of the test images, as `units_train`.
        names_train: Name of each training image, such as its file, to say which one it was.
        names_test: Names of the test images.
        alarms: Those of the notes that make an accuracy wrong: images in training and test, and
            pictures with two labels.

    Raises:
        ValueError: If shapes and labels do not match.

    Example:

    >>> from keras_lateral.datasets import load_images
    >>> digits = load_images("digits")
    >>> digits
    <ImageDataset digits: 1,197 training and 600 test images, (8, 8, 1) uint8, 10 classes>
    >>> small = digits.subset(images_per_class=5, seed=0).scaled()
    >>> small.x_train.shape, small.x_train.dtype, float(small.x_train.max())
    ((50, 8, 8, 1), dtype('float32'), 1.0)
    """

    name: str
    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    class_names: tuple[str, ...]
    max_value: float = 255.0
    source: str = ""
    notes: tuple[str, ...] = ()
    x_validation: NDArray[Any] | None = None
    y_validation: NDArray[Any] | None = None
    units_train: NDArray[Any] | None = None
    units_test: NDArray[Any] | None = None
    names_train: tuple[str, ...] | None = None
    names_test: tuple[str, ...] | None = None
    alarms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = {"train": (self.x_train, self.y_train), "test": (self.x_test, self.y_test)}
        if self.x_validation is not None or self.y_validation is not None:
            if self.x_validation is None or self.y_validation is None:
                raise ValueError(
                    "Invalid value for arguments `x_validation` and `y_validation`. Expected both "
                    "or none. Received one of them."
                )
            parts["validation"] = (self.x_validation, self.y_validation)
        for part, (x, y) in parts.items():
            check_part(f"_{part}", x, y, len(self.class_names))
            if x.shape[1:] != self.x_train.shape[1:]:
                raise ValueError(
                    f"Invalid value for arguments `x_train` and `x_{part}`. Expected images of the "
                    f"same size. Received: x_train.shape={self.x_train.shape}, "
                    f"x_{part}.shape={x.shape}"
                )
        check_of_each("_train", len(self.x_train), self.units_train, self.names_train)
        check_of_each("_test", len(self.x_test), self.units_test, self.names_test)

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)`."""
        height, width, channels = self.x_train.shape[1:]
        return height, width, channels

    def scaled(self) -> ImageDataset:
        """Returns the same images as `float32` in [0, 1]; a scaled set keeps its values."""
        factor = np.float32(self.max_value)
        return replace(
            self,
            x_train=self.x_train.astype(np.float32) / factor,
            x_test=self.x_test.astype(np.float32) / factor,
            x_validation=None
            if self.x_validation is None
            else self.x_validation.astype(np.float32) / factor,
            max_value=1.0,
        )

    def choose_classes(self, classes: Sequence[int | str]) -> ImageDataset:
        """Returns the chosen classes. See `keras_lateral.datasets.choose_classes`."""
        return choose_classes(self, classes)

    def subset(
        self,
        images_per_class: int | None = None,
        *,
        classes: Sequence[int | str] | None = None,
        seed: int = 0,
        test_per_class: int | None = None,
        test_seed: int = 0,
    ) -> ImageDataset:
        """Returns a balanced subset: few images per class, few classes, or both.

        Some test sets are sorted by class, so the first thousand images are not a sample; a part
        of each class is. The test images have a seed of their own: over several values of `seed`
        the training images change and the test images stay the same.

        Args:
            images_per_class: Training images to keep of each class. Defaults to all.
            classes: Names or labels of the classes to keep, relabelled 0, 1, ... in this order.
                Which images of a class are picked does not depend on the other classes.
                Defaults to all.
            seed: Seed that picks the training images and their order.
            test_per_class: Test images to keep of each class. Defaults to all.
            test_seed: Seed that picks the test images.

        Returns:
            An `ImageDataset`.

        Raises:
            ValueError: If a class is unknown or has fewer images.

        Example:

        >>> from keras_lateral.datasets import load_images
        >>> load_images("digits").subset(10, classes=["3", "8"], test_per_class=20)
        <ImageDataset digits: 20 training and 40 test images, (8, 8, 1) uint8, 2 classes>
        """
        every = range(self.num_classes)
        indices = every if classes is None else class_indices(self.class_names, classes)
        part = self.at_places(
            self._picked(self.y_train, indices, images_per_class, seed),
            self._picked(self.y_test, indices, test_per_class, test_seed),
        )
        return part if classes is None else choose_classes(part, indices)

    def _picked(
        self, y: NDArray[Any], indices: Sequence[int], count: int | None, seed: int
    ) -> Places | None:
        """Returns the places to keep; `None` for all."""
        if count is None:
            return None if len(indices) == self.num_classes else places_of_classes(y, indices)
        return few_places(y, count, seed, classes=indices, class_names=self.class_names)

    def at_places(self, train: Places | None = None, test: Places | None = None) -> ImageDataset:
        """Returns the images at these places of each part, in the order of the places.

        Args:
            train: Places of training images. Defaults to all.
            test: Places of test images. Defaults to all.

        Returns:
            An `ImageDataset`.
        """
        changes: dict[str, Any] = {}
        for part, places in (("train", train), ("test", test)):
            if places is not None:
                for what in ("x", "y", "units"):
                    values = getattr(self, f"{what}_{part}")
                    changes[f"{what}_{part}"] = None if values is None else values[places]
                names = getattr(self, f"names_{part}")
                changes[f"names_{part}"] = names and tuple(names[place] for place in places)
        return replace(self, **changes)

    def __repr__(self) -> str:
        return (
            f"<ImageDataset {self.name}: {len(self.x_train):,} training and "
            f"{len(self.x_test):,} test images, {self.image_shape} {self.x_train.dtype}, "
            f"{self.num_classes} classes>"
        )
