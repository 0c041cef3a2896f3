"""Image sets from what people have: arrays, batches, or a folder's path."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_lateral.datasets.array_labels import class_labels
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.image_folds import images_of_folder
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.labels.columns import as_asked
from keras_lateral.datasets.labels.labelled_images import images_of_labels

ComparedData = (
    ImageDataset | ImageFolds | str | os.PathLike[str] | tuple[Any, Any] | Mapping[str, Any]
)
"""Images as a record, the path of a folder or of a table of labels, or arrays or batches."""

NO_COLUMNS = as_asked(None, None, None, None)
PARTS = ("train", "test", "validation")
_TABLES = (".csv", ".tsv", ".txt")


def image_dataset(data: Any) -> ImageDataset | ImageFolds:
    """Returns an `ImageDataset`, or `ImageFolds`, from what was given as `data`.

    Args:
        data: An `ImageDataset` or `ImageFolds`; the path of a folder of images, or of a CSV file of
            paths and labels, or a data frame of these (see `load_labelled_images`), which are read
            into folds unless they have images for testing of their own; or a pair of training and
            test images, each a pair `(x, y)` of arrays, or batches of such pairs, as a
            `tf.data.Dataset` or a `keras.utils.PyDataset` gives them; or a dict of these,
            `{"train": ..., "test": ...}`, which may hold `"validation"`. Images are `uint8`, or
            floats from 0 to 1; labels are whole numbers or names of classes, `(images,)` or
            `(images, 1)`, or one-hot rows.

    Raises:
        ValueError: If it is anything else.

    Example:

    >>> import numpy as np
    >>> x, y = np.zeros((4, 8, 8, 1), "uint8"), np.array(["cat", "dog", "cat", "dog"])
    >>> image_dataset(((x, y), (x, y)))
    <ImageDataset arrays: 4 training and 4 test images, (8, 8, 1) uint8, 2 classes>
    """
    if isinstance(data, (ImageDataset, ImageFolds)):
        return data
    if isinstance(data, (str, os.PathLike)):
        return _warned_of(_images_at(Path(data).expanduser()))
    if hasattr(data, "columns") and hasattr(data, "itertuples"):
        return _warned_of(images_of_labels(data, None, NO_COLUMNS, FolderOptions()))
    if isinstance(data, Mapping) and {"train", "test"} <= set(data) <= set(PARTS):
        return _of_parts({name: data[name] for name in PARTS if name in data})
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise _invalid(_described(data))
    return _of_parts(dict(zip(PARTS, data, strict=False)))


def _images_at(path: Path) -> ImageDataset | ImageFolds:
    if path.is_dir():
        return images_of_folder(path, FolderOptions())
    if path.suffix.lower() in _TABLES:
        return images_of_labels(path, None, NO_COLUMNS, FolderOptions())
    raise _invalid(f"{os.fspath(path)!r}, which is no folder")


def _of_parts(parts: Mapping[str, Any]) -> ImageDataset:
    x, y = zip(*(_images_of(part) for part in parts.values()), strict=True)
    try:
        labels, names = class_labels(y)
    except ValueError as error:
        raise _invalid(str(error)) from error
    if len({images.dtype for images in x}) > 1:
        kinds = (f"{name} images of {array.dtype}" for name, array in zip(parts, x, strict=True))
        raise _invalid(", ".join(kinds))
    return ImageDataset(
        name="arrays",
        x_train=x[0],
        y_train=labels[0],
        x_test=x[1],
        y_test=labels[1],
        class_names=names,
        max_value=255.0 if x[0].dtype == np.uint8 else 1.0,
        source="arrays",
        x_validation=x[2] if "validation" in parts else None,
        y_validation=labels[2] if "validation" in parts else None,
    )


def _warned_of(images: ImageDataset | ImageFolds) -> ImageDataset | ImageFolds:
    for alarm in images.alarms:
        warnings.warn(alarm, UserWarning, stacklevel=4)  # the call of `compare`
    return images


def _images_of(part: Any) -> tuple[np.ndarray, np.ndarray]:
    """Returns images, `uint8` or float32 from 0 to 1, and labels as they are, one for each image.

    Args:
        part: A pair of arrays, or batches of pairs.

    Raises:
        ValueError: If it is anything else.
    """
    x, y = joined_batches(part)
    numbers = np.issubdtype(x.dtype, np.number)
    if x.ndim != 4 or not len(x) or y.shape[:1] != x.shape[:1] or not numbers:
        raise _invalid(
            f"images of shape {x.shape}, {x.dtype}, and labels of shape {y.shape}, {y.dtype}"
        )
    if x.dtype == np.uint8:
        return x, y
    unscaled = not_from_0_to_1(x)
    if unscaled:
        raise _invalid(f"{unscaled}; scale them, or make an `ImageDataset` with its `max_value`")
    return x.astype("float32"), y


def not_from_0_to_1(x: np.ndarray) -> str:
    """Returns what images are that are not scaled, in words; "" of those that are."""
    if x.min() >= 0 and x.max() <= 1:  # not of NaN
        return ""
    return f"images of {x.dtype} from {x.min():.4g} to {x.max():.4g}"


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


def _described(data: Any) -> str:
    name = type(data).__name__
    return f"{name} of {len(data)}" if isinstance(data, (tuple, list, dict)) else name


def _invalid(received: str) -> ValueError:
    return ValueError(
        "Invalid value for argument `data`. Expected an ImageDataset, the path of a folder of "
        "images or of a CSV file, or training and test images ((x, y), (x, y)): arrays of images "
        "(images, height, width, channels), uint8 or floats from 0 to 1, and of integer labels, "
        "names of classes (images,), or one-hot rows (images, classes), or a tf.data.Dataset or "
        f"PyDataset of such batches in place of a pair. Received: {received}"
    )
