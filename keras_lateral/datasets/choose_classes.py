"""A part of the classes, by name or by index."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from keras_lateral.datasets.image_dataset import ImageDataset


def choose_classes(dataset: "ImageDataset", classes: Sequence[int | str]) -> "ImageDataset":
    """Keeps the chosen classes and relabels them 0, 1, ... in the order in which they are given.

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
    x_train, y_train = keep_classes(dataset.x_train, dataset.y_train, indices)
    x_test, y_test = keep_classes(dataset.x_test, dataset.y_test, indices)
    new_label = np.zeros(len(dataset.class_names), dataset.y_train.dtype)
    new_label[indices] = np.arange(len(indices))
    return replace(
        dataset,
        x_train=x_train,
        y_train=new_label[y_train],
        x_test=x_test,
        y_test=new_label[y_test],
        class_names=tuple(dataset.class_names[index] for index in indices),
    )


def class_indices(class_names: Sequence[str], classes: Sequence[int | str]) -> list[int]:
    """Labels of the classes that are given by name or by label."""
    if isinstance(classes, str) or not len(classes):
        raise ValueError(
            "Invalid value for argument `classes`. Expected a list of class names or labels. "
            f"Received: classes={classes!r}"
        )
    indices = [_class_index(class_names, item) for item in classes]
    if len(set(indices)) < len(indices):
        raise ValueError(
            "Invalid value for argument `classes`. Expected each class once. "
            f"Received: classes={classes!r}"
        )
    return indices


def keep_classes(x: NDArray[Any], y: NDArray[Any], indices: Sequence[int]) -> tuple[Any, Any]:
    """The images with these labels; labels keep their values."""
    kept = np.isin(y, np.asarray(indices))
    return x[kept], y[kept]


def _class_index(class_names: Sequence[str], item: int | str) -> int:
    if isinstance(item, str) and item in class_names:
        return class_names.index(item)
    is_label = isinstance(item, (int, np.integer)) and not isinstance(item, bool)
    if is_label and 0 <= int(item) < len(class_names):
        return int(item)
    raise ValueError(
        f"Invalid value for argument `classes`. Expected labels from 0 to {len(class_names) - 1} "
        f"or names in {list(class_names)}. Received: {item!r}"
    )
