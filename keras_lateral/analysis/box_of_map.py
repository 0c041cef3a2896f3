"""The box around the largest connected part of a mask."""

from __future__ import annotations

import numpy as np


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
    # Every pixel takes the least number around it until each part has one number.
    number = np.where(mask, np.arange(mask.size).reshape(mask.shape), mask.size)
    while True:
        around = np.where(mask, _least_around(number, mask.size), mask.size)
        around = _jump(around, mask.size)
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


def _least_around(number: np.ndarray, outside: int) -> np.ndarray:
    """Returns the least number among each pixel and its eight neighbours."""
    padded = np.pad(number, 1, constant_values=outside)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    least: np.ndarray = windows.min(axis=(2, 3))
    return least


def _jump(number: np.ndarray, outside: int) -> np.ndarray:
    """Follows each pixel's number to the number that stands there: long parts end sooner."""
    table = np.append(number.ravel(), outside)
    return table[number]
