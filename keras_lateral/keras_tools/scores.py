"""A classifier's probabilities and decisions, whatever its scores are."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.head.of_model import Head, head_of, scores_error
from keras_lateral.keras_tools.training_step import without_retracing_warnings


class NotFiniteError(ValueError):
    """A model's scores are NaN or infinite."""


def checked_scores(y: Any, model: keras.Model) -> np.ndarray:
    """Returns a classifier's scores as an array.

    Args:
        y: Output of `model` for a batch.
        model: The model to name in the error.

    Returns:
        float64 array of shape `(images, classes)`, or `(images, 1)` of a model with one score.

    Raises:
        ValueError: If they have another shape, or there are several outputs.
    """
    if keras.tree.is_nested(y) or len(y.shape) != 2 or y.shape[1] < 1:
        shapes = keras.tree.map_structure(lambda scores: tuple(scores.shape), y)
        raise scores_error(model, shapes)
    return np.asarray(ops.convert_to_numpy(y), "float64")


def class_probabilities(
    model: keras.Model, x: Any, batch_size: int = 256, head: Head | None = None
) -> np.ndarray:
    """Returns a model's probabilities for each image, in inference mode.

        p_k = exp(z_k) / sum_j exp(z_j)     where the model returns logits z
        p = (1 - s, s)                      where it returns one sigmoid s

    Args:
        model: Model that returns one score for each class, of shape `(images, classes)`, or one
            score for two classes, `(images, 1)`.
        x: Images, preprocessed as the model expects.
        batch_size: Number of images that the model sees at once.
        head: How its scores are read, if `head_of` was asked before.

    Returns:
        float64 array of shape `(images, classes)`, whose rows sum to 1, unless `head` says that
        each class is decided by itself.

    Raises:
        NotFiniteError: If a score is not finite.
        ValueError: If the model returns anything else, or what it returns cannot be recognized.
    """
    head = head_of(model, x) if head is None else head
    return head.of_each(_all_scores(model, x, batch_size))


def predicted_classes(model: keras.Model, x: Any, batch_size: int = 256) -> np.ndarray:
    """Returns the class that a model decides for, in inference mode, int array `(images,)`.

    Of several scores the highest decides, whatever they are. One score decides by its sign or by
    one half, so what it is must be known.

    Args:
        model: As for `class_probabilities`.
        x: As for `class_probabilities`.
        batch_size: As for `class_probabilities`.

    Raises:
        NotFiniteError: If a score is not finite.
        ValueError: If the model returns anything else, or one score that cannot be recognized.
    """
    scores = _all_scores(model, x, batch_size)
    if scores.shape[1] == 1:
        scores = head_of(model, x).probabilities(scores)
    found: np.ndarray = scores.argmax(axis=1)
    return found


def _all_scores(model: keras.Model, x: Any, batch_size: int) -> np.ndarray:
    scores = []
    for start in range(0, len(x), batch_size):
        batch = np.asarray(x[start : start + batch_size])
        missing = batch_size - len(batch)
        if missing and start:  # batches of one length are compiled once
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        with without_retracing_warnings():
            y = model.predict_on_batch(batch)
        scores.append(_finite_scores(y, model)[: len(x) - start])
    return np.concatenate(scores)


def _finite_scores(y: Any, model: keras.Model) -> np.ndarray:
    scores = checked_scores(y, model)
    if not np.isfinite(scores).all():
        raise NotFiniteError(
            f"Model {model.name!r} returns scores that are not finite. Either its training "
            "diverged, or the images are not preprocessed as it expects."
        )
    return scores
