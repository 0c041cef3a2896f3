"""Checks of arguments: images, their labels and what is known of each, counts and seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def check_part(part: str, x: NDArray[Any], y: NDArray[Any], num_classes: int) -> None:
    """Raises a ValueError unless these are images and their labels.

    Args:
        part: What the names of the arguments end in, such as `"_train"`.
        x: Images.
        y: Labels.
        num_classes: Number of classes.
    """
    if x.ndim != 4 or y.shape != x.shape[:1] or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(
            f"Invalid value for arguments `x{part}` and `y{part}`. Expected images of shape "
            "(images, height, width, channels) and integer labels of shape (images,). "
            f"Received: x{part}.shape={x.shape}, y{part}.shape={y.shape}, "
            f"y{part}.dtype={y.dtype}"
        )
    if len(y) and not 0 <= y.min() <= y.max() < num_classes:
        raise ValueError(
            f"Invalid value for argument `y{part}`. Expected labels from 0 to {num_classes - 1}, "
            f"as there are {num_classes} class names. "
            f"Received: labels from {y.min()} to {y.max()}"
        )


def check_of_each(part: str, images: int, units: Any, names: Sequence[str] | None) -> None:
    """Raises a ValueError unless there is a unit and a name of each image, or none of any.

    Args:
        part: What the names of the arguments end in, such as `"_train"`.
        images: Number of images.
        units: Units, or `None`.
        names: Names, or `None`.
    """
    if units is not None and (
        not isinstance(units, np.ndarray)
        or units.shape != (images,)
        or not np.issubdtype(units.dtype, np.integer)
    ):
        raise ValueError(
            f"Invalid value for argument `units{part}`. Expected an array of {images} integers, "
            "one for each image. "
            f"Received: {type(units).__name__} {getattr(units, 'dtype', '')} of shape "
            f"{np.shape(units)}"
        )
    if names is not None and len(names) != images:
        raise ValueError(
            f"Invalid value for argument `names{part}`. Expected {images}, one for each image. "
            f"Received: {len(names)}"
        )


def is_count(value: Any, at_least: int = 1) -> bool:
    """Returns whether this is a whole number of at least so many."""
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return bool(is_integer and value >= at_least)


def check_count(value: Any, argument: str, at_least: int = 1) -> None:
    """Raises a ValueError unless this is a whole number of at least so many."""
    if not is_count(value, at_least):
        raise ValueError(
            f"Invalid value for argument `{argument}`. Expected an integer of at least {at_least}. "
            f"Received: {argument}={value!r}"
        )


def check_seed(seed: Any, argument: str = "seed") -> int:
    """Returns a seed as an integer, and raises a ValueError unless it is one."""
    if not is_count(seed, at_least=0):
        raise ValueError(
            f"Invalid value for argument `{argument}`. Expected a non-negative integer. "
            f"Received: {argument}={seed!r}"
        )
    return int(seed)
