"""The record of saliency maps, and checks of maps and boxes."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.text import Table, counted, values_table


@dataclass(frozen=True, eq=False, repr=False)
class Saliency(Record):
    """How much each pixel of each image matters to the score of a class.

    `gradient_saliency`, `smooth_grad` and `lateral_inhibition_saliency` make it. Maps of different
    methods, or of different images, have no common scale: compare their order, not their values.

    Args:
        maps: float64 array of shape `(images, height, width)`, 0 or above.
        method: The method's name.
        target: int array of shape `(images,)`: the classes whose scores were explained.
        settings: Other arguments needed to compute it again.

    Example:

    >>> record = Saliency(np.array([[[0.0, 2.0], [1.0, 1.0]]]), "gradient", np.array([3]))
    >>> record.normalized().tolist()
    [[[0.0, 1.0], [0.5, 0.5]]]
    >>> print(record)
    gradient saliency of 1 image of 2 x 2 pixels: half of it lies in 25 % of the pixels
    """

    maps: np.ndarray
    method: str
    target: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.maps)

    def normalized(self) -> np.ndarray:
        """Returns the maps, each divided by its maximum; one that is 0 everywhere stays 0."""
        largest = self.maps.max(axis=(1, 2), keepdims=True)
        scaled: np.ndarray = self.maps / np.where(largest > 0, largest, 1.0)
        return scaled

    @property
    def half(self) -> np.ndarray:
        """The smallest share of pixels that holds half of each map, array of shape `(images,)`."""
        falling = -np.sort(-self.maps.reshape(len(self), -1), axis=1)
        held = np.cumsum(falling, axis=1)
        needed = (held < held[:, -1:] / 2).sum(axis=1) + 1
        return np.where(held[:, -1] > 0, needed / falling.shape[1], np.nan)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Returns all values as arrays, for `np.savez(path, **record.to_arrays())`."""
        settings = np.array(json.dumps(self.settings))
        names = {"method": np.array(self.method), "settings": settings}
        return {"maps": self.maps, "target": self.target} | names

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "method": self.method,
            "settings": self.settings,
            "target": self.target.tolist(),
            "maps": self.maps.tolist(),
        }

    def __str__(self) -> str:
        share = self._share_with_half
        half = "all 0" if share is None else f"half of it lies in {share} of the pixels"
        return (
            f"{self.method} saliency of {len(self)} image{'s' * (len(self) > 1)} of {self._size} "
            f"pixels: {half}"
        )

    def _blocks(self) -> list[Table | str]:
        half = self._share_with_half
        values = {
            "images": len(self),
            "pixels": self._size,
            "pixels with half of it": "all 0" if half is None else half,
            "classes explained": len(np.unique(self.target)),
        }
        return [values_table(f"{self.method} saliency", values)]

    def _summary(self) -> str:
        return f"{self.method}, {counted(len(self), 'image')} of {self._size} pixels"

    @property
    def _size(self) -> str:
        return " x ".join(map(str, self.maps.shape[1:]))

    @property
    def _share_with_half(self) -> str | None:
        """The mean of `half` over the maps that are not 0 everywhere; `None` if all are."""
        lit = self.half[~np.isnan(self.half)]
        return f"{100 * lit.mean():.3g} %" if lit.size else None


def warn_of_empty_maps(maps: np.ndarray, stacklevel: int = 4) -> None:
    """Warns when maps are 0 everywhere."""
    empty = int((~maps.any(axis=(1, 2))).sum())
    if empty:
        warnings.warn(
            f"{empty} of {len(maps)} saliency maps are 0 everywhere: on these images the score "
            "does not depend on what was differentiated. Units may be dead, or the score constant.",
            stacklevel=stacklevel,
        )


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
        raise ValueError(
            "Invalid value for argument `maps`. Expected finite values. Received: NaN or infinity"
        )
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
