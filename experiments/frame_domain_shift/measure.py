"""Corruptions and another set of images, for one trained network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import keras
import numpy as np

from experiments.frame_domain_shift.config import (
    CINIC,
    CORRUPTED,
    CORRUPTIONS,
    PER_CLASS,
    SEVERITIES,
    SHIFTED,
)
from experiments.full_size.measuring import Values
from experiments.full_size.recipe import Recipe
from experiments.full_size.trained import raw_images, test_images
from keras_lateral import STANDARD_CORRUPTIONS, corrupt

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def measure(model: keras.Model, recipe: Recipe, size: str) -> Values:
    """Returns what is measured of one network.

    Args:
        model: The network, on images from 0 to 1.
        recipe: The recipe that it was trained with.
        size: Name of the size.

    Returns:
        Whether an image is right without corruption, and its share of the corruptions and
        severities under which it is right; for CIFAR-10 and where CINIC-10 is at hand, whether each
        of its images is right.
    """
    x, y = test_images(recipe, PER_CLASS[size])
    found: dict[str, np.ndarray] = {"accuracy": right(model, x, y)}
    shares = [right(model, shifted, y) for shifted in corrupted(recipe, size)]
    found[CORRUPTED] = np.mean(shares, axis=0)
    if CINIC and raw_images(recipe).classes == len(CIFAR10):
        found[SHIFTED] = right(model, *cinic(Path(CINIC)))
    return found


@cache
def corrupted(recipe: Recipe, size: str) -> list[np.ndarray]:
    """Returns the test images under each corruption and severity; the same for all networks."""
    x, _ = test_images(recipe, PER_CLASS[size])
    names = CORRUPTIONS.get(size, STANDARD_CORRUPTIONS)
    return [corrupt(x, name, severity) for name in names for severity in SEVERITIES[size]]


@cache
def cinic(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Returns the images of CINIC-10 in a folder of class folders, from 0 to 1, and their labels.

    Raises:
        ValueError: If its folders are not the classes of CIFAR-10.
    """
    found = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if found != CIFAR10:
        raise ValueError(
            f"Invalid value for KERAS_LATERAL_CINIC. Expected a folder with the folders {CIFAR10}, "
            f"such as CINIC-10's `test`. Received: {folder}, with {found}"
        )
    batches = keras.utils.image_dataset_from_directory(
        folder, image_size=(32, 32), batch_size=250, shuffle=False, verbose=False
    )
    x, y = (np.concatenate(parts) for parts in zip(*batches.as_numpy_iterator(), strict=True))
    return x.astype("float32") / 255, y


def right(model: keras.Model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns which images the network classifies correctly."""
    correct: np.ndarray = model.predict(x, batch_size=250, verbose=0).argmax(-1) == y
    return correct
