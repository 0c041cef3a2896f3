"""Measures of a classifier beside its accuracy, from what it says of each image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


def class_recalls(predicted: Labels, labels: Labels, classes: int) -> NDArray[np.float64]:
    """Returns the share of each class that is classified correctly.

        recall_c = #(predicted = label = c) / #(label = c)

    Args:
        predicted: Classes decided for, `(images,)`.
        labels: True classes, `(images,)`.
        classes: Number of classes.

    Returns:
        float64 array `(classes,)`; NaN for a class without images.

    Example:

    >>> import numpy as np
    >>> class_recalls(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), 2).tolist()
    [0.5, 1.0]
    """
    right = np.bincount(labels[predicted == labels], minlength=classes)
    count = np.bincount(labels, minlength=classes)
    return np.where(count > 0, right / np.maximum(count, 1), np.nan)


def balanced_accuracy(predicted: Labels, labels: Labels, classes: int) -> float:
    """Returns the mean of the classes' recalls, over the classes that have images.

    Reference:

    - Brodersen, K. H., et al. (2010). The Balanced Accuracy and Its Posterior Distribution.
    """
    return float(np.nanmean(class_recalls(predicted, labels, classes)))


def macro_f1(predicted: Labels, labels: Labels, classes: int) -> float:
    """Returns the mean over classes of the harmonic mean of precision and recall.

        F1_c = 2 TP_c / (2 TP_c + FP_c + FN_c)

    over the classes that are a label or a decision; the others have no F1.

    Example:

    >>> import numpy as np
    >>> round(macro_f1(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), 2), 4)
    0.7333
    """
    true_positive = np.bincount(labels[predicted == labels], minlength=classes)
    both = np.bincount(labels, minlength=classes) + np.bincount(predicted, minlength=classes)
    present = both > 0
    return float((2 * true_positive[present] / both[present]).mean())


def area_under_curve(scores: NDArray[np.floating], labels: Labels) -> float:
    """Returns the area under the ROC curve of two classes; NaN if one has no images.

        AUC = P(score of a 1 > score of a 0) + P(equal) / 2

    Args:
        scores: Probability of class 1, `(images,)`.
        labels: 0 or 1, `(images,)`.

    Example:

    >>> import numpy as np
    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0, 0, 1, 1]))
    0.875
    """
    ones = int((labels == 1).sum())
    zeros = len(labels) - ones
    if not ones or not zeros:
        return float("nan")
    values, place = np.unique(scores, return_inverse=True)
    count = np.bincount(place, minlength=len(values))
    rank = np.cumsum(count) - (count - 1) / 2  # equal scores share their mean rank
    return float((rank[place][labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))
