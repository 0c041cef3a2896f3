"""Few images per class: balanced, seeded picks."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keras_lateral.datasets.checked_part import check_count, check_seed

Arrays = tuple[NDArray[Any], NDArray[Any]]


def few_per_class(
    x: ArrayLike,
    y: ArrayLike,
    images_per_class: int,
    seed: int = 0,
    *,
    classes: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
) -> Arrays:
    """Picks the same number of images from every class.

    The pick depends only on the seed, the label and the images of that class, so it is the same
    whichever other classes there are, and a smaller pick with the same seed is part of a larger
    one. The order is shuffled, so that any slice of the result is mixed too.

    Args:
        x: Array of shape `(images, ...)`.
        y: Integer labels of shape `(images,)`.
        images_per_class: Number of images to keep of each class, at least 1.
        seed: Non-negative integer that fixes the pick and the order.
        classes: Labels to pick from. Defaults to every label in `y`.
        class_names: Names by label, for the error message.

    Returns:
        A tuple `(x, y)` with `images_per_class * number of classes` images. Labels keep their
        values.

    Raises:
        ValueError: If a class has fewer images; the message names it.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import few_per_class
    >>> x, y = few_per_class(np.arange(12), np.arange(12) % 3, images_per_class=2, seed=0)
    >>> np.bincount(y)
    array([2, 2, 2])
    >>> bool(np.all(x % 3 == y))
    True
    """
    x, y = _checked_arrays(x, y)
    picked = few_places(y, images_per_class, seed, classes=classes, class_names=class_names)
    return x[picked], y[picked]


def few_places(
    y: NDArray[Any],
    images_per_class: int,
    seed: int = 0,
    *,
    classes: Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Returns the places of the images that `few_per_class` picks, in its order."""
    check_count(images_per_class, "images_per_class")
    generator = np.random.default_rng(check_seed(seed))
    picks = [
        places[:images_per_class]
        for places in _shuffled_places(y, images_per_class, seed, classes, class_names)
    ]
    return generator.permutation(np.concatenate(picks)) if picks else np.empty(0, np.int64)


def places_in_order(
    y: NDArray[Any],
    images_per_class: int,
    split: int = 0,
    *,
    class_names: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Returns the places of a published kind of subset: of each class, images in the set's order.

    Split i holds the images n i, ..., n i + n - 1 of each class, where n is `images_per_class`. So
    the small-data benchmark divides ciFAIR-10 and ciFAIR-100, with n = 50.

    Args:
        y: Integer labels of shape `(images,)`.
        images_per_class: The number n of images of each class, at least 1.
        split: The number i of the split, not negative.
        class_names: Names by label, for the error message.

    Returns:
        Places, class by class.

    Raises:
        ValueError: If a class has fewer images; the message names it.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets.per_class import places_in_order
    >>> places_in_order(np.array([1, 0, 0, 1, 1, 0, 0, 1]), 2, split=1)
    array([5, 6, 4, 7])
    """
    n, i = images_per_class, check_seed(split, "split")
    check_count(n, "images_per_class")
    picked = []
    for label in np.unique(y).tolist():
        places = np.flatnonzero(y == label)
        if len(places) < n * (i + 1):
            name = "" if class_names is None else f" ({class_names[label]!r})"
            raise ValueError(
                f"Too few images of class {label}{name} for split {i}. Expected at least "
                f"{n * (i + 1)}. Received: {len(places)}"
            )
        picked.append(places[n * i : n * i + n])
    return np.concatenate(picked) if picked else np.empty(0, np.int64)


def split_per_class(
    x: ArrayLike,
    y: ArrayLike,
    held_out_per_class: int,
    seed: int = 0,
    *,
    class_names: Sequence[str] | None = None,
) -> tuple[Arrays, Arrays]:
    """Holds out the same number of images of every class, for validation or for testing.

    Args:
        x: Array of shape `(images, ...)`.
        y: Integer labels of shape `(images,)`.
        held_out_per_class: Number of images of each class to hold out, at least 1.
        seed: Non-negative integer that fixes which images.
        class_names: Names by label, for the error message.

    Returns:
        `((x_kept, y_kept), (x_held_out, y_held_out))`; both in the order of `x`.

    Raises:
        ValueError: If a class would be left without an image; the message names it.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import split_per_class
    >>> kept, held_out = split_per_class(np.arange(10), np.arange(10) % 2, 2, seed=0)
    >>> np.bincount(kept[1]), np.bincount(held_out[1])
    (array([3, 3]), array([2, 2]))
    >>> sorted([*kept[0], *held_out[0]]) == list(range(10))
    True
    """
    x, y = _checked_arrays(x, y)
    check_count(held_out_per_class, "held_out_per_class")
    check_seed(seed)
    held_out = np.zeros(len(y), bool)
    for places in _shuffled_places(y, held_out_per_class + 1, seed, None, class_names):
        held_out[places[:held_out_per_class]] = True
    return (x[~held_out], y[~held_out]), (x[held_out], y[held_out])


def _shuffled_places(
    y: NDArray[Any],
    at_least: int,
    seed: int,
    classes: Sequence[int] | None,
    class_names: Sequence[str] | None,
) -> Iterator[NDArray[np.int64]]:
    """Yields the shuffled places of each class, each class with a generator of its own."""
    for label in np.unique(y).tolist() if classes is None else classes:
        places = np.flatnonzero(y == label)
        if len(places) < at_least:
            name = "" if class_names is None else f" ({class_names[label]!r})"
            raise ValueError(
                f"Too few images of class {label}{name}. Expected at least {at_least}. "
                f"Received: {len(places)}"
            )
        yield np.random.default_rng([seed, label]).permutation(places)


def _checked_arrays(x: ArrayLike, y: ArrayLike) -> Arrays:
    x, y = np.asarray(x), np.asarray(y)
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer) or x.ndim < 1 or len(x) != len(y):
        raise ValueError(
            "Invalid value for arguments `x` and `y`. Expected as many images as labels, and "
            "integer labels of shape (images,). "
            f"Received: x.shape={x.shape}, y.shape={y.shape}, y.dtype={y.dtype}"
        )
    return x, y
