"""Label smoothing: every class gets a small share of each label."""

from __future__ import annotations

from functools import partial

import numpy as np

from keras_lateral.keras_tools.value_choice import SearchedMethod
from keras_lateral.method import Method
from keras_lateral.remedies.label_shares import label_shares
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Szegedy, C., Vanhoucke, V., Ioffe, S., Shlens, J., Wojna, Z. (2016). Rethinking the Inception "
    "Architecture for Computer Vision. CVPR. arXiv:1512.00567"
)


def smooth_labels(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    classes: int,
    smoothing: float = 0.1,
) -> tuple[np.ndarray, np.ndarray, None]:
    """Gives a part of each label to all classes alike.

        y = (1 - e) y + e / K

    K is the number of classes. It is what `keras.losses.CategoricalCrossentropy` does with its
    `label_smoothing`, and of two classes what `BinaryCrossentropy` does with its own.

    Args:
        images: Array of shape `(batch, height, width, channels)`, returned as it is.
        labels: Integers `(batch,)`, or shares of the classes `(batch, classes)`.
        generator: Not used.
        classes: K.
        smoothing: e, from 0 to below 1.

    Returns:
        The images, labels as float32 shares `(batch, classes)`, and `None`: all images have the
        same weight.

    Example:

    >>> import numpy as np
    >>> images, generator = np.ones((1, 4, 4, 3)), np.random.default_rng(0)
    >>> _, shares, _ = smooth_labels(images, np.array([1]), generator, classes=2, smoothing=0.5)
    >>> shares.tolist()
    [[0.25, 0.75]]

    Reference:

    - Szegedy, C. et al. (2016). Rethinking the Inception Architecture for Computer Vision, 7.
      arXiv:1512.00567
    """
    e = np.float32(smoothing)
    return images, (1 - e) * label_shares(labels, classes) + e / classes, None


def label_smoothing_method(*, smoothing: float = 0.1, name: str = "label_smoothing") -> Method:
    """Returns the method that gives a part of each label to all classes alike.

    It works with sparse, one-hot and binary cross-entropies; the training loss in the history is
    that of the smoothed labels, while test images keep their own.

    Args:
        smoothing: e, above 0 and below 1. The default is the paper's.
        name: Name of the method in tables.

    Returns:
        A `Method`, whose `space` searches `smoothing`.

    Raises:
        ValueError: If `smoothing` is out of its range.

    Example:

    >>> from keras_lateral import label_smoothing_method
    >>> dict(label_smoothing_method().settings)
    {'smoothing': 0.1}

    Reference:

    - Szegedy, C. et al. (2016). Rethinking the Inception Architecture for Computer Vision, 7.
      arXiv:1512.00567
    """
    check_number("smoothing", smoothing, above=0, below=1)
    return Method(
        name,
        settings={"smoothing": float(smoothing)},
        batches=partial(smooth_labels, smoothing=float(smoothing)),
        space=SearchedMethod(label_smoothing_method, name, {"smoothing": (0.02, 0.3)}),
        reference=REFERENCE,
        exclusive=frozenset({"label smoothing"}),
    )
