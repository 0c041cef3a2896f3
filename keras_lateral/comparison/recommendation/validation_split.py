"""Which images a share for validation holds out, and whether these have the classes of the rest."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_lateral.datasets.dataset import Places

BY_CHANCE = 0.01
"""Chance below which it is the images' order that keeps a class out of those held out."""


def last_places(images: int, share: Any) -> tuple[Places, Places]:
    """Returns the places to train on, and the last ones, to validate on, as in Keras.

    Args:
        images: Number of images.
        share: Share of the images to validate on.

    Raises:
        ValueError: If it is no number between 0 and 1, or leaves no images on one side.

    Example:

    >>> [places.tolist() for places in last_places(4, 0.25)]
    [[0, 1, 2], [3]]
    """
    number = isinstance(share, (int, float, np.floating)) and 0 < share < 1
    kept = math.floor(images * (1 - float(share))) if number else 0
    if not 0 < kept < images:
        raise ValueError(
            "Invalid value for argument `validation_split`. Expected a share between 0 and 1 "
            f"that leaves images on both sides of {images}. Received: validation_split={share!r}"
        )
    return np.arange(kept), np.arange(kept, images)


def warn_of_other_classes(kept: np.ndarray, held: np.ndarray, names: Sequence[str]) -> None:
    """Warns if the images held out clearly have other classes than the rest.

    Args:
        kept: Labels to train on: integers `(images,)`, or shares of the classes
            `(images, classes)`, of which the largest one counts.
        held: Labels to validate on.
        names: Names of the classes, where they have some.
    """
    kept, held = _integers(kept), _integers(held)
    found = _difference(kept.tolist(), held.tolist(), names)
    if found:
        warnings.warn(
            f"`validation_split` holds out the last {len(held):,} images, as Keras does, and "
            f"{found}. Shuffle images and labels before if they are sorted by class; those of an "
            "ImageDataset, given as `x`, are divided class by class.",
            UserWarning,
            stacklevel=4,
        )


def _integers(y: np.ndarray) -> np.ndarray:
    return y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y), -1)[:, 0]


def _difference(kept: list[Any], held: list[Any], names: Sequence[str]) -> str:
    """Returns in words what classes one side has and the other lacks; "" if it may be chance."""

    def name(label: Any) -> str:
        return repr(names[label]) if label < len(names) else str(label)

    new = sorted(set(held) - set(kept))
    if new:
        return f"no others are of class {name(new[0])}"
    if len(set(held)) == 1 < len(set(kept)):
        return f"all of them are of class {name(held[0])}"
    share = len(held) / (len(kept) + len(held))
    for label in sorted(set(kept) - set(held)):
        if (1 - share) ** kept.count(label) < BY_CHANCE:
            return f"none of them is of class {name(label)}"
    return ""
