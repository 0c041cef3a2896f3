"""Labels from what people have: whole numbers, one-hot rows, or the names of classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]


def class_labels(parts: Sequence[NDArray[Any]]) -> tuple[list[Labels], tuple[str, ...]]:
    """Returns the labels of each part as whole numbers, and the names of the classes.

    Names of classes are numbered in their alphabetical order. One-hot rows give as many classes as
    they have columns, also those that no image has.

    Args:
        parts: Labels of each part, the training part first: whole numbers or texts of shape
            `(images,)` or `(images, 1)`, or one-hot rows `(images, classes)`.

    Raises:
        ValueError: If these are no labels; the message begins with what was received instead.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.array_labels import class_labels
    >>> class_labels([np.array(["dog", "cat", "dog"]), np.array(["cat"])])[1]
    ('cat', 'dog')
    >>> class_labels([np.array([[0, 1, 0]]), np.array([0])])
    ([array([1], dtype=int32), array([0], dtype=int32)], ('0', '1', '2'))
    """
    texts = [_texts(y) for y in parts]
    if any(names is not None for names in texts):
        return _of_texts(texts, parts)
    whole = [_whole_numbers(y) for y in parts]
    columns = {y.shape[1] for y in parts if _are_rows(y)}
    largest = max(int(labels.max()) for labels in whole) + 1
    if len(columns) > 1 or (columns and largest > max(columns)):
        found = " and ".join(f"labels of shape {y.shape}" for y in parts)
        raise ValueError(f"{found}, which do not have the same classes")
    classes = max(columns) if columns else largest
    return whole, tuple(map(str, range(classes)))


def _of_texts(
    texts: Sequence[NDArray[Any] | None], parts: Sequence[NDArray[Any]]
) -> tuple[list[Labels], tuple[str, ...]]:
    named = [names for names in texts if names is not None]
    if len(named) < len(texts):
        kinds = " and ".join(str(y.dtype) for y in parts)
        raise ValueError(f"labels of {kinds}: names of classes in one part, and none in another")
    known = sorted(set(named[0].tolist()))
    for names in named[1:]:
        unknown = sorted(set(names.tolist()) - set(known))
        if unknown:
            raise ValueError(
                f"labels that no training image has: {', '.join(map(repr, unknown[:5]))}"
            )
    return [np.searchsorted(known, names).astype(np.int32) for names in named], tuple(known)


def _texts(y: NDArray[Any]) -> NDArray[Any] | None:
    """Returns the names of classes, of shape `(images,)`; `None` if these are none."""
    flat = y.reshape(-1) if y.ndim == 2 and y.shape[1] == 1 else y
    if flat.ndim != 1 or not flat.size or flat.dtype.kind not in "USO":
        return None
    values = [value.decode() if isinstance(value, bytes) else value for value in flat.tolist()]
    return np.asarray(values) if all(isinstance(value, str) for value in values) else None


def _are_rows(y: NDArray[Any]) -> bool:
    return y.ndim == 2 and y.shape[1] > 1


def _whole_numbers(y: NDArray[Any]) -> Labels:
    received = f"labels of shape {y.shape}, {y.dtype}"
    numbers = np.issubdtype(y.dtype, np.number) or y.dtype == bool
    if not numbers or y.ndim not in (1, 2) or not y.size:
        raise ValueError(received)
    if _are_rows(y):
        if not (((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()):
            raise ValueError(
                f"{received}, which are not one-hot: each row must hold one 1, and 0 otherwise"
            )
        return y.argmax(axis=1).astype(np.int32)
    flat = y.reshape(-1)
    if not (flat == np.floor(flat)).all() or flat.min() < 0:
        raise ValueError(f"{received}, from {flat.min():.4g} to {flat.max():.4g}")
    return flat.astype(np.int32)
