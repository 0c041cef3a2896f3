"""A classifier's probabilities, whether it returns probabilities or logits."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.training_step import without_retracing_warnings


def checked_scores(y: Any, model: keras.Model, *, fewest: int = 1) -> np.ndarray:
    """Returns a classifier's scores as an array.

    Args:
        y: Output of `model` for a batch.
        model: The model to name in the error.
        fewest: Smallest number of classes.

    Returns:
        float64 array of shape `(images, classes)`.

    Raises:
        ValueError: If they have another shape, or there are several outputs.
    """
    if keras.tree.is_nested(y) or len(y.shape) != 2 or y.shape[1] < fewest:
        shapes = keras.tree.map_structure(lambda scores: tuple(scores.shape), y)
        classes = "class" if fewest < 2 else f"of {fewest} or more classes"
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that returns one score for each "
            f"{classes}, of shape (images, classes). "
            f"Received: model {model.name!r}, which returns {shapes}"
        )
    return np.asarray(ops.convert_to_numpy(y), "float64")


_TOLERANCE = 2e-2
"""How far from 1 the sum of half-precision probabilities of a thousand classes may be."""


def class_probabilities(model: keras.Model, x: Any, batch_size: int = 256) -> np.ndarray:
    """Returns a model's probabilities for each image, in inference mode.

        p_k = exp(z_k) / sum_j exp(z_j)     where the model returns logits z

    Args:
        model: Model that returns one score for each class, of shape `(images, classes)`.
        x: Images, preprocessed as the model expects.
        batch_size: Number of images that the model sees at once.

    Returns:
        float64 array of shape `(images, classes)`, whose rows sum to 1.

    Raises:
        ValueError: If the model returns anything else, or a score that is not finite.
    """
    scores = []
    for start in range(0, len(x), batch_size):
        batch = np.asarray(x[start : start + batch_size])
        missing = batch_size - len(batch)
        if missing and start:  # batches of one length are compiled once
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        with without_retracing_warnings():
            y = model.predict_on_batch(batch)
        scores.append(_finite_scores(y, model)[: len(x) - start])
    return to_probabilities(np.concatenate(scores))


def to_probabilities(scores: np.ndarray) -> np.ndarray:
    """Returns probabilities, float64 of shape `(images, classes)`, from probabilities or logits."""
    scores = np.asarray(scores, "float64")
    p = scores if returns_probabilities(scores) else np.exp(scores - scores.max(1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def returns_probabilities(scores: np.ndarray) -> bool:
    """Returns whether scores are probabilities: none is negative, and each row sums to 1.

    Args:
        scores: Array of shape `(images, classes)`.
    """
    rows = np.asarray(scores, "float64").sum(axis=1)
    return bool((np.asarray(scores) >= 0).all() and (np.abs(rows - 1) <= _TOLERANCE).all())


def _finite_scores(y: Any, model: keras.Model) -> np.ndarray:
    scores = checked_scores(y, model, fewest=2)
    if not np.isfinite(scores).all():
        raise ValueError(
            f"Model {model.name!r} returns scores that are not finite. Either its training "
            "diverged, or the images are not preprocessed as it expects."
        )
    return scores
