"""Classes by name or by label."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def class_indices(class_names: Sequence[str], classes: Sequence[int | str]) -> list[int]:
    """Returns the labels of classes given by name or by label."""
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


def places_of_classes(y: NDArray[Any], indices: Sequence[int]) -> NDArray[np.int64]:
    """Returns the places of the images with these labels, in their order."""
    return np.flatnonzero(np.isin(y, np.asarray(indices)))


def relabelled(y: NDArray[Any], indices: Sequence[int], num_classes: int) -> NDArray[Any]:
    """Returns labels 0, 1, ... in the place of `indices`."""
    new_label = np.zeros(num_classes, y.dtype)
    new_label[indices] = np.arange(len(indices))
    labels: NDArray[Any] = new_label[y]
    return labels


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
