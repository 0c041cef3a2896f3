"""What a classifier returned, or an error that says what it returned instead."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


def checked_scores(y: Any, model: keras.Model, *, fewest: int = 1) -> np.ndarray:
    """Returns a classifier's scores.

    Args:
        y: What `model` returned for a batch.
        model: Named in the error.
        fewest: Classes that there must be.

    Returns:
        float64 array of shape `(images, classes)`.

    Raises:
        ValueError: If they are of another shape, or several outputs.
    """
    if keras.tree.is_nested(y) or len(y.shape) != 2 or y.shape[1] < fewest:
        shapes = keras.tree.map_structure(lambda one: tuple(one.shape), y)
        classes = "class" if fewest < 2 else f"of {fewest} or more classes"
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that returns one score for each "
            f"{classes}, of shape (images, classes). "
            f"Received: model {model.name!r}, which returns {shapes}"
        )
    return np.asarray(ops.convert_to_numpy(y), "float64")
