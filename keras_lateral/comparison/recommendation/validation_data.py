"""Images for validation as a user gives them, made like the training images."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.from_arrays import not_from_0_to_1

ImageSet = ImageDataset | ImageFolds


def are_arrays(validation: Any) -> bool:
    """Returns whether validation data are images and labels as arrays, and perhaps weights."""
    several = isinstance(validation, (tuple, list)) and len(validation) in (2, 3)
    return several and all(hasattr(part, "shape") for part in validation[:2])


def validation_arrays(validation: Any, trained: ImageSet | None, y: np.ndarray) -> Any:
    """Returns the images and labels of validation data as arrays, where they can be.

    Args:
        validation: What was given as `validation_data`. Of an `ImageDataset` it is its own
            images for validation, scaled. What only Keras can read stays as it is.
        trained: The set of images that is trained on, unless arrays are.
        y: Labels to train on.

    Raises:
        ValueError: If it is no validation data, a set without images for validation, or one with
            other classes, or there is not one label for each image.
    """
    if isinstance(validation, ImageDataset):
        return _of_set(validation, trained, y)
    unknown = (ImageFolds, str, os.PathLike, dict)
    if isinstance(validation, unknown) or hasattr(validation, "dtype"):
        raise _invalid(type(validation).__name__)
    if isinstance(validation, (tuple, list)) and len(validation) not in (2, 3):
        raise _invalid(f"{type(validation).__name__} of {len(validation)}")
    if not are_arrays(validation):
        return validation
    x, labels, *w = validation
    x, labels = np.asarray(x), np.asarray(labels)
    if not len(x) or x.shape[:1] != labels.shape[:1]:
        raise _invalid(f"images of shape {x.shape} and labels of shape {labels.shape}")
    if trained is not None and np.issubdtype(x.dtype, np.integer):
        x = x.astype("float32") / np.float32(trained.max_value)
    return (x, labels, *w)


def warn_of_other_scale(x: np.ndarray, validation: Any) -> None:
    """Warns if only one of training and validation images is from 0 to 1."""
    if not are_arrays(validation):
        return
    unscaled, other = not_from_0_to_1(validation[0]), not_from_0_to_1(x)
    if bool(unscaled) == bool(other):
        return
    given, trained = unscaled or "from 0 to 1", other or "from 0 to 1"
    warnings.warn(
        f"The images in `validation_data` are {given}, and the training images are {trained}. "
        "Scale them alike, as with `x.astype('float32') / 255`. They are validated on as they are.",
        UserWarning,
        stacklevel=4,
    )


def _of_set(
    validation: ImageDataset, trained: ImageSet | None, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    name, names = validation.name, validation.class_names
    held = validation.scaled()
    if held.x_validation is None or held.y_validation is None:
        raise _invalid(
            f"{name!r}, an ImageDataset without images for validation. Its test images are taken "
            "when asked for: `(data.x_test, data.y_test)`; `validation_split=0.2` takes a fifth "
            "of the training images"
        )
    if trained is not None and trained.class_names != names:
        raise _invalid(
            f"{name!r} with the classes {list(names)}; {trained.name!r}, which is trained on, has "
            f"{list(trained.class_names)}"
        )
    named = trained is None and y.dtype.kind in "USO"
    return held.x_validation, np.array(names)[held.y_validation] if named else held.y_validation


def _invalid(received: str) -> ValueError:
    return ValueError(
        "Invalid value for argument `validation_data`. Expected images and labels `(x, y)`, with "
        "weights `(x, y, sample_weight)`, an ImageDataset with `x_validation`, or batches that "
        f"Keras' `fit` takes. Received: {received}"
    )
