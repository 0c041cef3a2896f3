"""What one training trains on and validates on, from what a user has."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from keras_lateral.datasets.array_labels import class_labels
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.from_arrays import not_from_0_to_1
from keras_lateral.keras_tools.head.compiled_loss import only_loss
from keras_lateral.keras_tools.head.label_form import LabelForm, classes_of, in_form, units_of


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """Images and labels of one training.

    Args:
        x_train: Images, float32.
        y_train: Labels: whole numbers `(images,)`, or shares of the classes `(images, classes)`.
        num_classes: Number of classes.
        class_names: Names of those classes that labels or a set of images name.
        validation: What `fit` takes as `validation_data`, with labels as those of training.
        sample_weight: How much each image counts, or `None`.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    num_classes: int
    class_names: tuple[str, ...]
    validation: Any = None
    sample_weight: np.ndarray | None = None

    def split(self, share: float) -> TrainingImages:
        """Returns the images without the last of them, which are for validation, as in Keras.

        Args:
            share: Share of the images for validation.

        Raises:
            ValueError: If it is no number between 0 and 1, or leaves no images on one side.
        """
        images = len(self.x_train)
        number = isinstance(share, (int, float)) and 0 < share < 1
        kept = math.floor(images * (1 - share)) if number else 0
        if not 0 < kept < images:
            raise ValueError(
                "Invalid value for argument `validation_split`. Expected a share between 0 and 1 "
                f"that leaves images on both sides of {images}. "
                f"Received: validation_split={share!r}"
            )
        x, y, w = self.x_train, self.y_train, self.sample_weight
        self._warn_of_missing_classes(y[:kept], y[kept:])
        held = (x[kept:], y[kept:]) if w is None else (x[kept:], y[kept:], w[kept:])
        w = None if w is None else w[:kept]
        return replace(self, x_train=x[:kept], y_train=y[:kept], sample_weight=w, validation=held)

    def _warn_of_missing_classes(self, kept: np.ndarray, held: np.ndarray) -> None:
        if kept.ndim > 1:
            return
        missing = sorted(set(held.tolist()) - set(kept.tolist()))
        if missing:
            warnings.warn(
                f"`validation_split` holds out the last images, and no others are of class "
                f"{missing[0]}. Images that are sorted by class have to be shuffled before.",
                UserWarning,
                stacklevel=4,
            )

    def validation_data(self, form: LabelForm) -> Any:
        """Returns what `fit` takes as `validation_data`, with labels as the loss takes them."""
        if not _are_arrays(self.validation):
            return self.validation
        x, y, *w = self.validation
        return (x, in_form(y, form, self.num_classes), *w)


def training_images(model: keras.Model, x: Any, y: Any, validation: Any = None) -> TrainingImages:
    """Returns images and labels as trainings of a comparison have them.

    Args:
        model: The compiled model.
        x: Images, or an `ImageDataset` or `ImageFolds`, which is scaled.
        y: Labels, or `None` with a set of images.
        validation: What was given as `validation_data`.

    Raises:
        ValueError: If there is not one label of the model's classes for each image.
    """
    names: tuple[str, ...] = ()
    if isinstance(x, (ImageDataset, ImageFolds)):
        x, y, names = _of_set(x, y)
    x, y = _checked(x, y)
    unscaled = not_from_0_to_1(x)
    if unscaled:
        warnings.warn(
            f"The training images are {unscaled}, and `compare` trains on images from 0 to 1, for "
            "which this library's networks and methods are made. Scale them, as with "
            "`x.astype('float32') / 255`. They are trained on as they are.",
            UserWarning,
            stacklevel=3,
        )
    if only_loss(model.loss) is None and y.dtype.kind not in "USO":
        classes = classes_of(model, y)  # its own training step knows what to do with labels
        return TrainingImages(x.astype("float32"), y, classes, names, validation)
    y, names, validation = _with_labels(y, names, validation)
    classes = max(classes_of(model, y), len(names))
    _check_scores(model, classes)
    return TrainingImages(x.astype("float32"), y, classes, names, validation)


def _of_set(data: ImageDataset | ImageFolds, y: Any) -> tuple[Any, Any, tuple[str, ...]]:
    if y is not None:
        raise _invalid(f"an {type(data).__name__} as `x`, which has labels, and others as `y`")
    scaled = data.scaled()
    if isinstance(scaled, ImageFolds):
        return scaled.x, scaled.y, scaled.class_names
    return scaled.x_train, scaled.y_train, scaled.class_names


def _checked(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    images = np.asarray(x)
    if not images.ndim or not len(images) or not np.issubdtype(images.dtype, np.number):
        kind = f"an array of {images.dtype}, of shape {images.shape}"
        raise _invalid(kind if images.ndim else f"x={type(x).__name__}")
    if y is None:
        raise _invalid("y=None with an array of images as `x`")
    labels = np.asarray(y)
    if labels.shape[:1] != images.shape[:1]:
        raise _invalid(f"images of shape {images.shape} and labels of shape {labels.shape}")
    return images, labels


def _with_labels(
    y: np.ndarray, names: tuple[str, ...], validation: Any
) -> tuple[np.ndarray, tuple[str, ...], Any]:
    """Returns labels as numbers, the names of the classes, and validation data alike."""
    if _are_shares(y):
        return y.astype("float32"), names, validation
    known = _are_arrays(validation) and not _are_shares(np.asarray(validation[1]))
    parts = [y, np.asarray(validation[1])] if known else [y]
    try:
        labels, found = class_labels(parts)
    except ValueError as error:
        raise _invalid(str(error)) from error
    if known:
        validation = (validation[0], labels[1], *validation[2:])
    return labels[0], names or found, validation


def _are_shares(y: np.ndarray) -> bool:
    """Returns whether labels are shares of the classes, and not one-hot rows."""
    if y.ndim != 2 or y.shape[1] < 2 or not np.issubdtype(y.dtype, np.floating):
        return False
    sums = np.allclose(y.sum(axis=1), 1, atol=1e-3) and y.min() >= 0
    return bool(sums) and not ((y == 0) | (y == 1)).all()


def _are_arrays(validation: Any) -> bool:
    several = isinstance(validation, (tuple, list)) and len(validation) in (2, 3)
    return several and all(hasattr(part, "shape") for part in validation[:2])


def _check_scores(model: keras.Model, classes: int) -> None:
    scores = units_of(model)
    if scores is None or classes <= max(scores, 2):
        return
    returned = f"{scores} scores" if scores > 1 else "1 score, for two classes"
    raise _invalid(f"labels of {classes} classes; model {model.name!r} returns {returned}")


def _invalid(received: str) -> ValueError:
    return ValueError(
        "Invalid value for arguments `x` and `y`. Expected images (images, height, width, "
        "channels) and a label for each: whole numbers from 0 on or names of classes (images,), or "
        "one-hot rows or shares of the classes (images, classes); or an ImageDataset and None. "
        f"Received: {received}"
    )
