"""Maps and boxes, checked before anything is computed from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_lateral.analysis.saliency_record import Saliency


def checked_maps(maps: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Returns maps as a float64 array of shape `(images, height, width)`.

    Args:
        maps: A `Saliency`, or an array of that shape.
        shape: The shape that they must have.

    Raises:
        ValueError: If they have another shape, or a value is not finite.
    """
    values = np.asarray(maps.maps if isinstance(maps, Saliency) else maps, "float64")
    if values.ndim != 3 or not values.size or (shape is not None and values.shape != tuple(shape)):
        expected = "(images, height, width)" if shape is None else f"{tuple(shape)}"
        raise ValueError(
            f"Invalid value for argument `maps`. Expected shape {expected}. "
            f"Received: shape={values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("Invalid value for argument `maps`. Expected finite values.")
    return values


def checked_boxes(boxes: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Returns boxes as an int array of shape `(images, 4)`: top, left, bottom, right, half-open.

    Args:
        boxes: Array of that shape: rows `top .. bottom - 1` and columns `left .. right - 1`.
        shape: The shape of the maps.

    Raises:
        ValueError: If they have another shape, hold no pixel, or leave the image.
    """
    values = np.asarray(boxes)
    images, height, width = shape
    if values.shape != (images, 4) or not np.issubdtype(values.dtype, np.integer):
        raise ValueError(
            f"Invalid value for argument `boxes`. Expected whole numbers of shape ({images}, 4): "
            f"top, left, bottom, right of each image. Received: shape={values.shape}, "
            f"dtype={values.dtype}"
        )
    top, left, bottom, right = values.T
    fits = (top >= 0) & (left >= 0) & (bottom <= height) & (right <= width)
    wrong = np.flatnonzero(~(fits & (top < bottom) & (left < right)))
    if wrong.size:
        raise ValueError(
            "Invalid value for argument `boxes`. Expected top < bottom and left < right within "
            f"{height} x {width} pixels, bottom and right excluded. Received: "
            f"boxes[{wrong[0]}]={values[wrong[0]].tolist()}"
        )
    return values.astype("int64")
