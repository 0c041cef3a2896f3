"""A model's scores for any number of images, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import keras
import numpy as np

from keras_lateral.models.checked_scores import checked_scores
from keras_lateral.types import DataFormat


def class_scores(
    model: keras.Model, images: Iterable[np.ndarray], data_format: DataFormat, batch_size: int
) -> np.ndarray:
    """Returns what a model says of each image, in inference mode.

    Args:
        model: A built model that returns one score for each class.
        images: Yields arrays of shape `(*spatial, channels)`; held are `batch_size` of them.
        data_format: Where the model wants the channels.
        batch_size: Images that the model sees at once.

    Returns:
        float64 array of shape `(images, classes)`.

    Raises:
        ValueError: If the model returns anything else.
    """
    scores, left = [], iter(images)
    while batch := list(islice(left, batch_size)):
        # Batches of one length are compiled once.
        x = np.stack(batch + [batch[-1]] * (batch_size - len(batch)))
        y = model.predict_on_batch(np.moveaxis(x, -1, 1) if data_format == "channels_first" else x)
        scores.append(checked_scores(y, model)[: len(batch)])
    return np.concatenate(scores)
