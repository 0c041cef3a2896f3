"""Image sets from what people have: arrays, batches, or a folder's path."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.image_folds import images_of_folder
from keras_lateral.datasets.folds import ImageFolds

ComparedData = ImageDataset | ImageFolds | str | os.PathLike[str] | tuple[Any, Any]
"""Images as a record, a folder's path, or training and test images: pairs of arrays, or batches."""


def image_dataset(data: Any) -> ImageDataset | ImageFolds:
    """Returns an `ImageDataset`, or `ImageFolds`, from what was given as `data`.

    Args:
        data: An `ImageDataset` or `ImageFolds`; the path of a folder of images, which is read into
            folds unless it has images for testing of its own; or a pair of training and test
            images, each a pair `(x, y)` of arrays, or batches of such pairs, as a `tf.data.Dataset`
            or a `keras.utils.PyDataset` gives them. Images are `uint8`, or floats from 0 to 1;
            labels are whole numbers `(images,)` or `(images, 1)`, or one-hot rows.

    Raises:
        ValueError: If it is anything else.

    Example:

    >>> import numpy as np
    >>> x, y = np.zeros((4, 8, 8, 1), "uint8"), np.array([0, 1, 0, 1])
    >>> image_dataset(((x, y), (x, y)))
    <ImageDataset arrays: 4 training and 4 test images, (8, 8, 1) uint8, 2 classes>
    """
    if isinstance(data, (ImageDataset, ImageFolds)):
        return data
    if isinstance(data, (str, os.PathLike)):
        if not Path(data).expanduser().is_dir():
            raise _invalid(f"{os.fspath(data)!r}, which is no folder")
        return _warned_of(images_of_folder(data, FolderOptions()))
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise _invalid(_described(data))
    (x_train, y_train), (x_test, y_test) = (images_and_labels(part) for part in data)
    classes = int(max(y_train.max(), y_test.max())) + 1
    if x_train.dtype != x_test.dtype:
        raise _invalid(f"training images of {x_train.dtype}, test images of {x_test.dtype}")
    return ImageDataset(
        name="arrays",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(map(str, range(classes))),
        max_value=255.0 if x_train.dtype == np.uint8 else 1.0,
        source="arrays",
    )


def _warned_of(images: ImageDataset | ImageFolds) -> ImageDataset | ImageFolds:
    for alarm in images.alarms:
        warnings.warn(alarm, UserWarning, stacklevel=4)  # the call of `compare`
    return images


def images_and_labels(part: Any) -> tuple[np.ndarray, np.ndarray]:
    """Returns images, `uint8` or float32 from 0 to 1, and labels, int32 of shape `(images,)`.

    Args:
        part: A pair of arrays, or batches of pairs.

    Raises:
        ValueError: If it is anything else.
    """
    x, y = joined_batches(part)
    labels = _whole_labels(y)
    if x.ndim != 4 or not len(x) or labels is None or labels.shape != x.shape[:1]:
        raise _invalid(f"images of shape {x.shape} and labels of shape {y.shape}, {y.dtype}")
    if x.dtype == np.uint8:
        return x, labels
    if not (x.min() >= 0 and x.max() <= 1):
        raise _invalid(
            f"images of {x.dtype} from {x.min():.4g} to {x.max():.4g}; scale them, or make an "
            "`ImageDataset` with its `max_value`"
        )
    return x.astype("float32"), labels


def joined_batches(part: Any) -> tuple[np.ndarray, np.ndarray]:
    """Returns a pair of arrays as it is, and batches of pairs as one pair.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(part, (tuple, list)) and len(part) == 2 and not _is_pair(part[0]):
        return np.asarray(part[0]), np.asarray(part[1])
    batches = [batch[:2] if isinstance(batch, tuple) else batch for batch in _batches(part)]
    if not batches or not all(_is_pair(batch) for batch in batches):
        raise _invalid(_described(part))
    x, y = ([np.asarray(item) for item in items] for items in zip(*batches, strict=True))
    if len({array.shape[1:] if array.ndim > 3 else array.shape for array in x}) != 1:
        raise _invalid("images of different sizes")
    join = np.concatenate if x[0].ndim > 3 else np.stack  # a data set may have no batches
    return join(x), join(y)


def _batches(part: Any) -> Iterable[Any]:
    if hasattr(part, "num_batches") and hasattr(part, "__getitem__"):  # to be read by index
        if part.num_batches is None:
            raise _invalid(f"a {type(part).__name__} without an end")
        return [part[index] for index in range(part.num_batches)]
    if isinstance(part, (str, bytes, dict)) or not isinstance(part, Iterable):
        raise _invalid(_described(part))
    cardinality = getattr(part, "cardinality", None)
    if callable(cardinality) and int(cardinality()) == -1:
        raise _invalid(f"a {type(part).__name__} without an end")
    return part


def _is_pair(batch: Any) -> bool:
    arrays = isinstance(batch, (tuple, list)) and len(batch) == 2
    return arrays and all(hasattr(item, "shape") for item in batch)


def _whole_labels(y: np.ndarray) -> np.ndarray | None:
    """Returns labels as int32 of shape `(images,)`; `None` if they are no labels."""
    numbers = np.issubdtype(y.dtype, np.number) or y.dtype == bool
    if not numbers or y.ndim not in (1, 2) or not y.size:
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1).astype("int32") if one_hot else None
    y = y.reshape(-1)
    whole = (y == np.floor(y)).all() and y.min() >= 0
    return y.astype("int32") if whole else None


def _described(data: Any) -> str:
    name = type(data).__name__
    return f"{name} of {len(data)}" if isinstance(data, (tuple, list, dict)) else name


def _invalid(received: str) -> ValueError:
    return ValueError(
        "Invalid value for argument `data`. Expected an ImageDataset, the path of a folder of "
        "images, or training and test images ((x, y), (x, y)): arrays of images (images, height, "
        "width, channels), uint8 or floats from 0 to 1, and of integer labels (images,), or a "
        f"tf.data.Dataset or PyDataset of such batches in place of a pair. Received: {received}"
    )
