"""Labels as shares of the classes."""

from __future__ import annotations

import numpy as np


def label_shares(labels: np.ndarray, classes: int) -> np.ndarray:
    """Returns labels as shares of the classes, whether they are that already or not.

    Args:
        labels: Integers `(batch,)`, or shares `(batch, classes)`.
        classes: Number of classes.

    Returns:
        A float32 array of shape `(batch, classes)`, whose rows sum to 1.

    Raises:
        ValueError: If the labels are shares of another number of classes, or a label is none of
            the classes.

    Example:

    >>> import numpy as np
    >>> label_shares(np.array([1, 0]), 3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if labels.ndim == 2 and labels.shape[1] == classes:
        return labels.astype("float32")
    if labels.ndim != 1 or (len(labels) and not 0 <= labels.min() <= labels.max() < classes):
        raise ValueError(
            f"Invalid value for argument `labels`. Expected integers from 0 to {classes - 1} of "
            f"shape (batch,), or shares of shape (batch, {classes}). Received: labels of shape "
            f"{labels.shape}, up to {labels.max()}"
        )
    return np.eye(classes, dtype="float32")[labels.astype(int)]
