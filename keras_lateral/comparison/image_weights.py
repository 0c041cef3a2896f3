"""How much each training image counts: by its class, or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np

from keras_lateral.datasets.folds import ImageFolds

ClassWeight = Literal["balanced"] | Mapping[int | str, float] | None
"""`"balanced"`, or the weight of each class by its label or name; those not named have 1."""


class LabelledImages(Protocol):
    """What is trained on, with the names of its classes."""

    @property
    def y_train(self) -> np.ndarray: ...

    @property
    def num_classes(self) -> int: ...

    @property
    def class_names(self) -> tuple[str, ...]: ...


def class_weights(class_weight: ClassWeight, data: LabelledImages) -> np.ndarray | None:
    """Returns the weight of each class in a training, float32 `(classes,)`.

        w_c = n / (K n_c)      of n training images, n_c of class c, for `"balanced"`

    Args:
        class_weight: As for `compare`.
        data: What is trained on.

    Raises:
        ValueError: If it is neither, or a class is not known or has no weight of at least 0.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import ImageDataset
    >>> x, y = np.zeros((4, 2, 2, 1), "uint8"), np.array([0, 0, 0, 1])
    >>> data = ImageDataset("four", x, y, x, y, ("a", "b"))
    >>> class_weights({"b": 3}, data).tolist(), class_weights("balanced", data)[1].item()
    ([1.0, 3.0], 2.0)
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, str) and class_weight == "balanced":
        n = np.bincount(data.y_train, minlength=data.num_classes)
        return (n.sum() / (data.num_classes * np.maximum(n, 1))).astype("float32")
    if not isinstance(class_weight, Mapping):
        raise _invalid(f"Received: class_weight={class_weight!r}")
    weights = np.ones(data.num_classes, "float32")
    labels: dict[Any, int] = {label: label for label in range(data.num_classes)}
    labels |= {name: label for label, name in enumerate(data.class_names)}
    for key, weight in class_weight.items():
        if key not in labels:
            known = list(data.class_names)
            raise _invalid(f"Received: {key!r}, which is none of {known}")
        if not np.isfinite(weight) or weight < 0:
            raise _invalid(f"Received: {weight!r} for class {key!r}")
        weights[labels[key]] = weight
    return weights


def _invalid(received: str) -> ValueError:
    return ValueError(
        "Invalid value for argument `class_weight`. Expected 'balanced', or a dict from labels or "
        f"names of classes to weights of at least 0. {received}"
    )


def checked_sample_weight(
    sample_weight: Any, data: LabelledImages | ImageFolds
) -> np.ndarray | None:
    """Returns the weight of each training image, float32 `(images,)`.

    Args:
        sample_weight: As for `compare`.
        data: The images.

    Raises:
        ValueError: If it is no such array, or the images are folds.
    """
    if sample_weight is None:
        return None
    if isinstance(data, ImageFolds):
        raise ValueError(
            "Invalid value for argument `sample_weight`. Expected images with a test set of their "
            "own: an `ImageDataset`, or a pair of training and test images. Received: images that "
            "each seed divides anew"
        )
    weights, each = np.asarray(sample_weight, "float32"), data.y_train.shape[:1]
    if weights.shape != each or not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(
            "Invalid value for argument `sample_weight`. Expected a number of at least 0 for each "
            f"training image, of shape {each}. Received: shape {weights.shape}"
        )
    return weights
