"""Finds the pixels that a network's units see, by trying each."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_lateral import ReceptiveField


def seen_pixels(
    model: keras.Model, axis: int, lengths: tuple[int, ...], turned: bool = False
) -> np.ndarray:
    """Returns which pixels along an axis change each unit along it, bool array (unit, pixel).

    Every image is 0 except for the pixels at one position of the axis, everywhere along the others:
    weights are positive, so a unit is above 0 exactly if it sees one of these. In a `turned` map
    units along an axis of the image lie along the other axis.
    """
    n = lengths[axis]
    shape = [1] * len(lengths)
    shape[axis] = n
    images = np.zeros((n, *lengths, 1), "float32")
    images += np.eye(n, dtype="float32").reshape(n, *shape, 1)
    y = keras.ops.convert_to_numpy(model(images, training=False))
    along = 2 - axis if turned else axis + 1
    others = tuple(other for other in range(1, y.ndim) if other != along)
    return np.moveaxis(np.abs(y).max(axis=others) > 0, 0, 1)


def hull(seen: np.ndarray) -> tuple[int, int]:
    """First and last pixel; for none, the same as `ReceptiveField.region`."""
    places = np.flatnonzero(seen)
    return (int(places[0]), int(places[-1])) if len(places) else (0, -1)


def assert_sees(
    model: keras.Model, field: ReceptiveField, lengths: tuple[int, ...], turned: bool = False
) -> int:
    """Asserts that units see nothing outside their region, and all of it where no border is near.

    Returns how often the latter was the case.
    """
    whole = 0
    for axis, n in enumerate(lengths):
        seen = seen_pixels(model, axis, lengths, turned)
        for unit, pixels in enumerate(seen):
            first, last = field.region([unit] * len(lengths))[axis]
            assert not pixels[: max(first, 0)].any()
            assert not pixels[max(last + 1, 0) :].any()
            if n // 5 <= first and last < n - n // 5:
                assert hull(pixels) == (first, last)
                whole += 1
    return whole


def positive(layer: Any) -> Any:
    """Gives a built layer kernels of 1 and no biases, so that nothing it sees cancels."""
    weights = layer.get_weights()
    layer.set_weights([np.full_like(weight, weight.ndim > 1) for weight in weights])
    return layer
