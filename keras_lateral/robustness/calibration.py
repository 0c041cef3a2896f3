"""Whether a classifier is right as often as its confidence claims."""

from __future__ import annotations

from typing import Any

import numpy as np


def calibration_error(probabilities: Any, labels: Any, *, bins: int = 15) -> float:
    """Returns the expected calibration error of a classifier.

        ECE = sum_b n_b / n * |accuracy_b - confidence_b|

    over bins of equal width of the confidence, which is the largest probability.

    Args:
        probabilities: Array of shape `(images, classes)`.
        labels: Integers of shape `(images,)`.
        bins: Number of bins. A bin includes its upper edge but not its lower one.

    Returns:
        A number from 0 (perfectly calibrated) to 1.

    Raises:
        ValueError: If the shapes do not match, or rows are not probabilities.

    Example:

    >>> from keras_lateral import calibration_error
    >>> calibration_error([[0.9, 0.1], [0.9, 0.1]], [0, 1])  # confidence 0.9, accuracy 0.5
    0.4

    Reference:

    - Guo, C., Pleiss, G., Sun, Y., Weinberger, K. Q. (2017). On Calibration of Modern Neural
      Networks. Equation 3.
    """
    p, labels = _checked_arrays(probabilities, labels)
    return calibration_error_of(p.max(axis=1), p.argmax(axis=1) == labels, bins=bins)


def calibration_error_of(confidence: np.ndarray, right: np.ndarray, *, bins: int = 15) -> float:
    """Returns the expected calibration error from what it is made of.

    Args:
        confidence: Largest probability for each image.
        right: Whether each image is classified correctly.
        bins: Number of bins.
    """
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, right - confidence, minlength=bins)  # n_b (accuracy - confidence)
    return float(np.abs(gaps).sum() / len(confidence))


def _checked_arrays(probabilities: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    p, labels = np.asarray(probabilities, "float64"), np.asarray(labels)
    if p.ndim != 2 or labels.shape != p.shape[:1] or not len(p):
        raise ValueError(
            "Invalid value for arguments `probabilities` and `labels`. Expected shapes "
            f"(images, classes) and (images,). Received: {p.shape} and {labels.shape}"
        )
    if not ((p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
        raise ValueError(
            "Invalid value for argument `probabilities`. Expected rows of probabilities, none "
            f"negative, that sum to 1. Received: smallest {p.min():.3g}, sums from "
            f"{p.sum(axis=1).min():.3g} to {p.sum(axis=1).max():.3g}"
        )
    return p, labels
