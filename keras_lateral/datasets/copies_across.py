"""Test images that are training images too, pixel for pixel, in images that came as arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.copy_notes import digests_of, find_duplicates
from keras_lateral.datasets.folds import ImageFolds

SEEN = "Test images that are in training too"
"""How the alarm of a leak begins, whoever has found it."""


def copies_across(data: ImageDataset | ImageFolds) -> Iterator[str]:
    """Yields the alarm of test images that are training images, as a folder's reader says it.

    Nothing where the images have such an alarm: who reads a folder sees near copies as well.

    Args:
        data: The images. With folds, copies leak unless they are one unit, which is never divided.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import ImageDataset
    >>> from keras_lateral.datasets.copies_across import copies_across
    >>> x, y = np.arange(16.0).reshape(4, 2, 2, 1), np.array([0, 1, 0, 1])
    >>> print(*copies_across(ImageDataset("mine", x, y, x[2:], y[2:], ("cat", "dog"))))
    Test images that are in training too, pixel for pixel: 2 of 2 (first: test image 0 is training \
image 2). Test accuracy is too high by that; remove the copies.
    """
    if any(alarm.startswith(SEEN) for alarm in data.alarms):
        return
    if isinstance(data, ImageFolds):
        pairs, images = _copies_in_other_units(data), len(data.y)
        more = "give them one unit (`units`), or remove them"
    else:
        pairs, images = find_duplicates(data.x_train, data.x_test), len(data.y_test)
        more = "remove the copies"
    if pairs:
        yield (
            f"{SEEN}, pixel for pixel: {len(pairs):,} of {images:,} (first: "
            f"{_first(data, *pairs[0])}). Test accuracy is too high by that; {more}."
        )


def _copies_in_other_units(data: ImageFolds) -> list[tuple[int, int]]:
    """Returns each image that is also in another unit, behind the first that it is a copy of."""
    units = np.arange(len(data.y)) if data.units is None else data.units
    groups: dict[bytes, list[int]] = {}
    for place, digest in enumerate(digests_of(data.x)):
        groups.setdefault(digest, []).append(place)
    divided = [group for group in groups.values() if len({units[place] for place in group}) > 1]
    return [(_another(group, place, units), place) for group in divided for place in group]


def _another(group: list[int], place: int, units: NDArray[np.integer]) -> int:
    return next(other for other in group if units[other] != units[place])


def _first(data: ImageDataset | ImageFolds, original: int, copy: int) -> str:
    if isinstance(data, ImageFolds):
        named, other, what = data.names, data.names, ("image", "image")
    else:
        named, other, what = data.names_test, data.names_train, ("test image", "training image")
    if named and other:
        return f"'{named[copy]}' is '{other[original]}'"
    return f"{what[0]} {copy} is {what[1]} {original}"
