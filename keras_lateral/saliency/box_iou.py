"""How well the box of a map fits the box of the object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.record import Record
from keras_lateral.saliency.curves import Maps
from keras_lateral.saliency.record import checked_boxes, checked_maps
from keras_lateral.text import Table, counted, values_table


def largest_component(mask: np.ndarray) -> np.ndarray:
    """Returns the largest connected part of a mask; pixels that touch at a corner are connected.

    Of equally large parts the one whose first pixel comes first in rows.

    Args:
        mask: bool array of shape `(height, width)`.

    Returns:
        bool array of the same shape.

    Example:

    >>> largest_component(np.array([[1, 0, 0, 1], [0, 1, 0, 0]], bool)).astype(int).tolist()
    [[1, 0, 0, 0], [0, 1, 0, 0]]
    """
    # Every pixel takes the smallest number around it until each part has one number.
    number = np.where(mask, np.arange(mask.size).reshape(mask.shape), mask.size)
    while True:
        around = np.where(mask, _smallest_around(number, mask.size), mask.size)
        around = _followed(around, mask.size)
        if np.array_equal(around, number):
            break
        number = around
    sizes = np.bincount(number[mask], minlength=1)
    return mask & (number == sizes.argmax())


def box_around(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Returns top, left, bottom, right, half-open; four zeros around nothing."""
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return (0, 0, 0, 0)
    return (
        int(rows.min()),
        int(columns.min()),
        int(rows.max()) + 1,
        int(columns.max()) + 1,
    )


def _smallest_around(number: np.ndarray, outside: int) -> np.ndarray:
    """Returns the smallest number among each pixel and its eight neighbours."""
    padded = np.pad(number, 1, constant_values=outside)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    smallest: np.ndarray = windows.min(axis=(2, 3))
    return smallest


def _followed(number: np.ndarray, outside: int) -> np.ndarray:
    """Replaces each number by that of the pixel it refers to, which is faster in long parts."""
    table = np.append(number.ravel(), outside)
    return table[number]


@dataclass(frozen=True, eq=False, repr=False)
class BoxIoU(Record):
    """The boxes of maps, and how well each fits the object's. `box_iou` makes it.

    Args:
        iou: float64 array of shape `(images,)`: intersection over union, from 0 to 1.
        boxes: int array of shape `(images, 4)`: the maps' boxes, half-open; zeros where a map has
            none.
        threshold: The share of the maximum from which a pixel counts.

    Example:

    >>> record = BoxIoU(np.array([1.0, 0.25]), np.array([[0, 0, 2, 2], [0, 0, 4, 4]]), 0.2)
    >>> record.mean, record.found(0.5)
    (0.625, 0.5)
    >>> print(record)
    box IoU of 2 maps cut at 20 % of the maximum: mean 0.625, at least 0.5 for 50 %
    """

    iou: np.ndarray
    boxes: np.ndarray
    threshold: float

    @property
    def mean(self) -> float:
        """The mean over the images."""
        return float(self.iou.mean())

    def found(self, least: float = 0.5) -> float:
        """Returns the share of images with at least this IoU: the localization accuracy."""
        return float((self.iou >= least).mean())

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        return {
            "mean": self.mean,
            "found": self.found(),
            "threshold": self.threshold,
            "iou": self.iou.tolist(),
            "boxes": self.boxes.tolist(),
        }

    def __str__(self) -> str:
        return (
            f"box IoU of {len(self.iou)} map{'s' * (len(self.iou) > 1)} cut at "
            f"{100 * self.threshold:g} % of the maximum: mean {self.mean:.3g}, at least 0.5 for "
            f"{100 * self.found():.3g} %"
        )

    def _blocks(self) -> list[Table | str]:
        values = {
            "maps": len(self.iou),
            "cut at": f"{100 * self.threshold:g} % of the maximum",
            "mean": f"{self.mean:.3g}",
            "at least 0.5": f"{100 * self.found():.3g} %",
        }
        return [values_table("box IoU", values)]

    def _summary(self) -> str:
        return f"{counted(len(self.iou), 'map')}, mean {self.mean:.3g}"


def box_iou(maps: Maps, boxes: Any, *, threshold: float = 0.2) -> BoxIoU:
    """Returns how well the box around the salient part of each map fits the object's box.

        mask = M >= threshold * max M,   box = around the largest connected part of the mask,
        IoU = pixels in both boxes / pixels in either

    Zhou et al. cut class activation maps at 20 % of their maximum; the maps of gradients are
    grainier, so compare methods over several thresholds, or smooth the maps. Pixels that touch at
    a corner are connected. A map without a value above 0 has no box, and an IoU of 0.

    Args:
        maps: A `Saliency`, or an array of shape `(images, height, width)`.
        boxes: int array of shape `(images, 4)`: top, left, bottom, right, half-open: the object
            lies in rows `top .. bottom - 1` and columns `left .. right - 1`.
        threshold: Share of each map's maximum, above 0 and at most 1.

    Returns:
        A `BoxIoU`.

    Raises:
        ValueError: If maps or boxes do not fit each other, or the threshold is out of its range.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import box_iou
    >>> map_ = np.zeros((1, 6, 6))
    >>> map_[0, 1:3, 1:5] = 1.0
    >>> map_[0, 5, 5] = 0.9  # a separate pixel
    >>> found = box_iou(map_, [[1, 1, 3, 3]])
    >>> found.boxes.tolist(), found.iou.tolist()
    ([[1, 1, 3, 5]], [0.5])

    Reference:

    - [Zhou, Khosla, Lapedriza, Oliva, Torralba, 2016, Learning deep features for discriminative
      localization](https://arxiv.org/abs/1512.04150)
    """
    values = checked_maps(maps)
    true = checked_boxes(boxes, values.shape)
    if not 0 < threshold <= 1:
        raise ValueError(
            "Invalid value for argument `threshold`. Expected a share of the maximum, above 0 and "
            f"at most 1. Received: threshold={threshold!r}"
        )
    largest = values.max(axis=(1, 2), keepdims=True)
    masks = (values >= threshold * largest) & (largest > 0)
    found = np.array([box_around(largest_component(mask)) for mask in masks])
    return BoxIoU(_iou(found, true), found, float(threshold))


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    both = np.prod(np.maximum(sides, 0), axis=1)
    areas = [np.prod(box[:, 2:] - box[:, :2], axis=1) for box in (a, b)]
    result: np.ndarray = both / (areas[0] + areas[1] - both)
    return result
