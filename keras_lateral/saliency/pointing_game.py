"""The pointing game: whether the maximum of a map lies on the object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.saliency.curves import Maps
from keras_lateral.saliency.record import checked_boxes, checked_maps
from keras_lateral.text import Table, counted, values_table


@dataclass(frozen=True, eq=False, repr=False)
class PointingGame(Record):
    """Where maps point, and whether that is on the object. `pointing_game` makes it.

    Args:
        points: int array of shape `(images, 2)`: row and column of each map's maximum.
        hits: bool array of shape `(images,)`: whether each maximum is on the object.
        tolerance: Tolerance in pixels.

    Example:

    >>> record = PointingGame(np.array([[1, 2], [0, 0]]), np.array([True, False]), 0.0)
    >>> record.rate
    0.5
    >>> print(record)
    pointing game: 1 of 2 maps (50 %) point at the box, tolerance 0 pixels
    """

    points: np.ndarray
    hits: np.ndarray
    tolerance: float

    @property
    def rate(self) -> float:
        """The share of maps that point at their box."""
        return float(self.hits.mean())

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "rate": self.rate,
            "tolerance": self.tolerance,
            "hits": self.hits.tolist(),
            "points": self.points.tolist(),
        }

    def __str__(self) -> str:
        return (
            f"pointing game: {self.hits.sum()} of {len(self.hits)} maps ({100 * self.rate:.3g} %) "
            f"point at the box, tolerance {self.tolerance:g} pixels"
        )

    def _blocks(self) -> list[Table | str]:
        values = {
            "maps": len(self.hits),
            "point at the box": f"{self.hits.sum()} ({100 * self.rate:.3g} %)",
            "tolerance in pixels": f"{self.tolerance:g}",
        }
        return [values_table("pointing game", values)]

    def _summary(self) -> str:
        return f"{self.hits.sum()} of {counted(len(self.hits), 'map')} at the box"


def pointing_game(maps: Maps, boxes: Any, *, tolerance: float = 0.0) -> PointingGame:
    """Returns whether the highest point of each map lies in the box of the object.

    A map hits if the distance from its highest pixel to the nearest one of the box is at most
    `tolerance`; the paper takes 15 pixels on photographs of about 500. Of several highest pixels
    the first in rows counts; a map with one value everywhere points nowhere and misses.

    Args:
        maps: A `Saliency`, or an array of shape `(images, height, width)`.
        boxes: int array of shape `(images, 4)`: top, left, bottom, right, half-open: the object
            lies in rows `top .. bottom - 1` and columns `left .. right - 1`.
        tolerance: Tolerance in pixels, 0 or above.

    Returns:
        A `PointingGame`.

    Raises:
        ValueError: If maps or boxes do not fit each other, or the tolerance is below 0.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import pointing_game
    >>> maps = np.zeros((2, 4, 4))
    >>> maps[:, 1, 3] = 1.0
    >>> pointing_game(maps, [[0, 0, 2, 3], [1, 2, 3, 4]]).hits.tolist()
    [False, True]

    Reference:

    - [Zhang, Lin, Brandt, Shen, Sclaroff, 2016, Top-down neural attention by excitation
      backprop](https://arxiv.org/abs/1608.00507)
    """
    values = checked_maps(maps)
    top, left, bottom, right = checked_boxes(boxes, values.shape).T
    if not tolerance >= 0:
        raise ValueError(
            "Invalid value for argument `tolerance`. Expected a number of pixels, 0 or above. "
            f"Received: tolerance={tolerance!r}"
        )
    flat = values.reshape(len(values), -1)
    row, column = np.unravel_index(flat.argmax(axis=1), values.shape[1:])
    down = np.maximum(np.maximum(top - row, row - (bottom - 1)), 0)
    across = np.maximum(np.maximum(left - column, column - (right - 1)), 0)
    points_somewhere = np.ptp(flat, axis=1) > 0
    hits = (np.hypot(down, across) <= tolerance) & points_somewhere
    return PointingGame(np.stack([row, column], axis=1), hits, float(tolerance))
