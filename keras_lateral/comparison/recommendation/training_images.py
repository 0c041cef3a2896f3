"""What one training trains on and validates on, from what a user has."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from keras_lateral.comparison.recommendation.validation_data import (
    ImageSet,
    are_arrays,
    validation_arrays,
    warn_of_other_scale,
)
from keras_lateral.comparison.recommendation.validation_split import (
    last_places,
    warn_of_other_classes,
)
from keras_lateral.datasets.array_labels import class_labels
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.from_arrays import not_from_0_to_1
from keras_lateral.datasets.validation import places_of_each_class
from keras_lateral.keras_tools.head.compiled_loss import only_loss
from keras_lateral.keras_tools.head.label_form import LabelForm, classes_of, in_form, units_of

_SPLIT = "validation_split"


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
        units: Unit of each image of a set, see `ImageDataset`; `None` of arrays.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    num_classes: int
    class_names: tuple[str, ...]
    validation: Any = None
    sample_weight: np.ndarray | None = None
    units: np.ndarray | None = None

    def split(self, share: float, seed: int) -> TrainingImages:
        """Returns the images without those for validation.

        A set of images is divided as by `compare(validation=...)`: the same share of every class,
        whole units. Of arrays the last ones are for validation, as in Keras.

        Args:
            share: Share of the images for validation.
            seed: Seed of the division of a set.

        Raises:
            ValueError: If it is no number between 0 and 1, or leaves no images on one side.
        """
        x, y, w, names = self.x_train, self.y_train, self.sample_weight, self.class_names
        kept, held = last_places(len(x), share)
        if self.units is None:
            warn_of_other_classes(y[kept], y[held], names)
        else:
            kept, held = places_of_each_class(y, self.units, names, share, seed, _SPLIT)
        validation = (x[held], y[held]) if w is None else (x[held], y[held], w[held])
        return replace(
            self,
            x_train=x[kept],
            y_train=y[kept],
            units=None if self.units is None else self.units[kept],
            sample_weight=None if w is None else w[kept],
            validation=validation,
        )

    def validation_data(self, form: LabelForm) -> Any:
        """Returns what `fit` takes as `validation_data`, with labels as the loss takes them."""
        if not are_arrays(self.validation):
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
        ValueError: If there is not one label of the model's classes for each image, or what was
            given as `validation_data` cannot be validated on.
    """
    names: tuple[str, ...] = ()
    trained, units = x if isinstance(x, (ImageDataset, ImageFolds)) else None, None
    if trained is not None:
        x, y, names, units = _of_set(trained, y)
    x, y = _checked(x, y)
    validation = validation_arrays(validation, trained, y)
    unscaled = not_from_0_to_1(x)
    if unscaled:
        warnings.warn(
            f"The training images are {unscaled}, and `compare` trains on images from 0 to 1, for "
            "which this library's networks and methods are made. Scale them, as with "
            "`x.astype('float32') / 255`. They are trained on as they are.",
            UserWarning,
            stacklevel=3,
        )
    warn_of_other_scale(x, validation)
    if only_loss(model.loss) is None and y.dtype.kind not in "USO":
        classes = classes_of(model, y)  # its own training step knows what to do with labels
        return TrainingImages(x.astype("float32"), y, classes, names, validation, units=units)
    y, names, validation = _with_labels(y, names, validation)
    classes = max(classes_of(model, y), len(names))
    _check_scores(model, classes)
    return TrainingImages(x.astype("float32"), y, classes, names, validation, units=units)


def _of_set(data: ImageSet, y: Any) -> tuple[Any, Any, tuple[str, ...], np.ndarray]:
    if y is not None:
        raise _invalid(f"an {type(data).__name__} as `x`, which has labels, and others as `y`")
    scaled = data.scaled()
    if isinstance(scaled, ImageFolds):
        x, labels, units = scaled.x, scaled.y, scaled.units
    else:
        x, labels, units = scaled.x_train, scaled.y_train, scaled.units_train
    return x, labels, scaled.class_names, np.arange(len(labels)) if units is None else units


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
    known = are_arrays(validation) and not _are_shares(np.asarray(validation[1]))
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
