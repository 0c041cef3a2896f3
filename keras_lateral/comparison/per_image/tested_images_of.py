"""The test images of a comparison, from the images that were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds


def tested_images(data: ImageDataset | ImageFolds) -> TestedImages:
    """Returns what a comparison knows of its test images: all of them, with folds.

    Args:
        data: The images.
    """
    y, units, names = (
        (data.y, data.units, data.names)
        if isinstance(data, ImageFolds)
        else (data.y_test, data.units_test, data.names_test)
    )
    return TestedImages(
        y.astype("uint16"),
        data.class_names,
        None if units is None else np.asarray(units, "int32"),
        data.folds if isinstance(data, ImageFolds) else 0,
        tuple(names or ()),
    )


def with_pictures(
    tested: TestedImages, data: ImageDataset | ImageFolds, places: Iterable[int]
) -> TestedImages:
    """Returns the test images with the pixels of a few.

    Args:
        tested: The test images.
        data: The images that they are of.
        places: Places of those to keep the pixels of.
    """
    x = data.x if isinstance(data, ImageFolds) else data.x_test
    scale = 255 / data.max_value
    pixels = {
        place: np.rint(scale * x[place].astype("float64")).clip(0, 255).astype("uint8")
        for place in sorted(set(places))
    }
    return replace(tested, pictures=pixels)
