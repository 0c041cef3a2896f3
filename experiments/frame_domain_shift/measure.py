"""Corruptions and another set of images, for one trained network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import keras
import numpy as np

from experiments.frame_domain_shift.cinic import CLASSES, cinic
from experiments.frame_domain_shift.config import (
    CORRUPTED,
    CORRUPTIONS,
    PER_CLASS,
    SEVERITIES,
    SHIFTED,
)
from experiments.full_size.measuring import Values
from experiments.full_size.recipe import Recipe
from experiments.full_size.trained import right, test_images
from keras_lateral import CORRUPTIONS as ALL
from keras_lateral import corrupt


def measure(
    model: keras.Model, recipe: Recipe, size: str, cinic_folder: Path | None = None
) -> Values:
    """Returns what is measured of one network.

    Args:
        model: The network, on images from 0 to 1.
        recipe: The recipe that it was trained with.
        size: Name of the size.
        cinic_folder: Folder of CINIC-10's test images, if it is at hand.

    Returns:
        Whether an image is right without corruption, and its share of the corruptions and
        severities under which it is right; where CINIC-10 is given, whether each of its images is
        right.

    Raises:
        ValueError: If CINIC-10 is given and the network does not know its classes.
    """
    if cinic_folder is not None and model.output_shape[-1] != len(CLASSES):
        raise ValueError(
            "Invalid value for option `--cinic`. Expected networks that were trained on "
            f"CIFAR-10. Received: size {size!r}, with {model.output_shape[-1]} classes"
        )
    x, y = test_images(recipe, PER_CLASS[size])
    found: dict[str, np.ndarray] = {"accuracy": right(model, x, y)}
    shares = [right(model, shifted, y) for shifted in corrupted(recipe, size)]
    found[CORRUPTED] = np.mean(shares, axis=0)
    if cinic_folder is not None:
        found[SHIFTED] = right(model, *cinic(cinic_folder))
    return found


@cache
def corrupted(recipe: Recipe, size: str) -> list[np.ndarray]:
    """Returns the test images under each corruption and severity; the same for all networks.

    They are kept in eight bits, as CIFAR-10-C is: a quarter of the memory.
    """
    x, _ = test_images(recipe, PER_CLASS[size])
    return [
        np.rint(255 * corrupt(x, name, severity)).astype("uint8")
        for name in CORRUPTIONS.get(size, ALL)
        for severity in SEVERITIES[size]
    ]
