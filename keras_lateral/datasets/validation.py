"""Images for validation: a share of the training images, or those that a set has of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset, Places
from keras_lateral.datasets.units import divided

Validation = float | Literal["own"] | None
"""A share of the training images, `"own"` for the set's own validation images, or none."""


def check_validation(validation: Any) -> None:
    """Raises if it is none of these.

    Raises:
        ValueError: With what was expected.
    """
    number = isinstance(validation, (int, float)) and not isinstance(validation, bool)
    if validation is None or validation == "own" or (number and 0 < validation < 1):
        return
    raise ValueError(
        "Invalid value for argument `validation`. Expected a share of the training images between "
        "0 and 1, such as 0.2, 'own' for the validation images that the set has, or None. "
        f"Received: validation={validation!r}"
    )


def with_validation(data: ImageDataset, validation: Validation, seed: int) -> ImageDataset:
    """Returns a set with images for validation, which are no longer trained on.

    Each class and each unit is divided as in folds: the same share of every class, and images that
    belong together on one side. Test images are never touched.

    Args:
        data: Images with training images.
        validation: A share of the training images, `"own"`, or `None`.
        seed: Non-negative integer that fixes the division.

    Raises:
        ValueError: If the set has no validation images of its own, or a class would have none to
            train on or none to validate on.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import ImageDataset
    >>> x, y = np.zeros((8, 4, 4, 1), "uint8"), np.arange(8) % 2
    >>> data = ImageDataset("eight", x, y, x, y, ("a", "b"))
    >>> held = with_validation(data, 0.25, seed=0)
    >>> np.bincount(held.y_train), np.bincount(held.y_validation), len(held.y_test)
    (array([3, 3]), array([1, 1]), 8)
    """
    if validation is None:
        return data
    if validation == "own":
        if data.x_validation is None:
            raise ValueError(
                "Invalid value for argument `validation`. Expected a share of the training images, "
                f"such as 0.2, since {data.name!r} has no validation images of its own. "
                "Received: validation='own'"
            )
        return data
    kept, held = places_of_each_class(
        data.y_train, data.units_train, data.class_names, validation, seed
    )
    return replace(
        data.at_places(kept), x_validation=data.x_train[held], y_validation=data.y_train[held]
    )


def places_of_each_class(
    y: NDArray[Any],
    units: NDArray[Any] | None,
    class_names: Sequence[str],
    share: float,
    seed: int,
    argument: str = "validation",
) -> tuple[Places, Places]:
    """Returns the places to train on and those to validate on, the same share of every class.

    Args:
        y: Labels of shape `(images,)`.
        units: Unit of each image, or `None` where every image stands alone.
        class_names: Names of the classes, by label.
        share: Share of the images to validate on.
        seed: Non-negative integer that fixes the division.
        argument: Name of the argument that the share was given as.

    Raises:
        ValueError: If a class would have none to train on or none to validate on.
    """
    kept, held = _divided(y, units, share, seed)
    for places, what in ((kept, "train"), (held, "validate")):
        missing = sorted(set(range(len(class_names))) - set(y[places].tolist()))
        if missing:
            raise ValueError(
                f"Invalid value for argument `{argument}`. Expected a share that leaves images of "
                f"each class on both sides. Received: {argument}={share!r}, with which class "
                f"{class_names[missing[0]]!r} has none to {what} on; it has "
                f"{int((y == missing[0]).sum())} training images."
            )
    return kept, held


def places_divided(data: ImageDataset, share: float, seed: int) -> tuple[Places, Places]:
    """Returns the places of the training images to train on, and of those to validate on."""
    return _divided(data.y_train, data.units_train, share, seed)


def _divided(
    y: NDArray[Any], units: NDArray[Any] | None, share: float, seed: int
) -> tuple[Places, Places]:
    every = np.arange(len(y)) if units is None else units
    part = divided(y, every, [1 - share, share], [int(seed), 1])
    return np.flatnonzero(part == 0), np.flatnonzero(part == 1)
