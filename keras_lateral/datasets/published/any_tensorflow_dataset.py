"""Any set of images and labels that tensorflow-datasets knows, by its name there."""

import difflib
import importlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.framing import (
    SQUEEZE,
    WHAT_IS_DONE,
    Resize,
    Size,
    common_size,
    frame_of,
)
from keras_lateral.datasets.folder.read_pixels import resize_by_area
from keras_lateral.datasets.folder.seen_folder import Role
from keras_lateral.datasets.published.from_tensorflow_datasets import (
    NotAvailableError,
    examples_of,
    prepared_builder,
)
from keras_lateral.datasets.published.sets import PREFIX
from keras_lateral.text import counted, printable

_URL = "https://storage.googleapis.com/tfds-data/"
_TEST_SHARE = 0.25

Part = tuple[NDArray[np.uint8], NDArray[np.int32]]


def read_any_tensorflow_dataset(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    download: bool = True,
    *,
    seed: int = 0,
    image_size: int | Size | None = None,
    resize: Resize = SQUEEZE,
) -> ImageDataset:
    """Reads a set that tensorflow-datasets has prepared, or lets it download the set.

    Trained on is its part `train`. Tested on is `test`, or `validation` without one; `validation`
    beside `test` is kept apart. Without either, a quarter of each class is held out by the seed.
    Images of different sizes are brought to one, as those of a folder are.

    Args:
        name: Its name there, with a configuration and a version if need be: `"eurosat/rgb:2.0.0"`.
        data_dir: The folder of tensorflow-datasets. Defaults to its own.
        download: Whether the set may be downloaded.
        seed: Seed that holds out images for testing where no part is for it.
        image_size: See `load_image_folder`.
        resize: See `load_image_folder`.

    Returns:
        An `ImageDataset` in the order of tensorflow-datasets, which has shuffled the images.

    Raises:
        NotAvailableError: If this source does not have the images.
        ValueError: If there is no set of this name, or it is none of images with one label each.
    """
    builder = _builder(name, data_dir, download)
    image, label = _features(name, builder)
    parts = _parts(name, builder, label)
    sizes, labels = _sizes_and_labels(builder, parts, image, label)
    size = common_size([size[:2] for size in sizes.values()], image_size)
    channels = max(size[2] for size in sizes.values())
    read = {
        role: (_images(builder, split, image, size, channels, resize), labels[role])
        for role, split in parts.items()
    }
    notes = [*_notes_on_sizes({s[:2] for s in sizes.values()}, size, resize), *_notes(parts)]
    train, test = read["train"], read.get("test")
    if test is None:
        train, test = _held_out(*train, seed)
        notes.append(
            f"No part is for testing: {len(test[1]):,} images, a quarter of each class, are held "
            f"out by the seed {seed}."
        )
    x_validation, y_validation = read.get("validation", (None, None))
    return ImageDataset(
        name=PREFIX + name,
        x_train=train[0],
        y_train=train[1],
        x_test=test[0],
        y_test=test[1],
        class_names=tuple(printable(str(text)) for text in builder.info.features[label].names),
        source="tensorflow-datasets",
        notes=tuple(notes),
        x_validation=x_validation,
        y_validation=y_validation,
    )


def _builder(name: str, data_dir: str | os.PathLike[str] | None, download: bool) -> Any:
    try:
        return prepared_builder(name, _URL, download, data_dir)
    except NotAvailableError:
        raise
    except Exception as error:  # tensorflow-datasets has a class of its own for it
        if type(error).__name__ not in ("DatasetNotFoundError", "ValueError", "RuntimeError"):
            raise
        known = importlib.import_module("tensorflow_datasets").list_builders()
        near = difflib.get_close_matches(name.partition("/")[0], known, 3)
        like = f" Names like it: {', '.join(PREFIX + text for text in near)}." if near else ""
        reason = printable(str(error).strip().partition("\n")[0])
        raise ValueError(
            f"Invalid value for argument `name`. Expected a name that tensorflow-datasets knows. "
            f"Received: name={PREFIX + name!r} ({reason}).{like}"
        ) from error


def _features(name: str, builder: Any) -> tuple[str, str]:
    """Returns the names of the image and of the label."""
    features = builder.info.features
    kinds = {key: type(features[key]).__name__ for key in features} if features else {}
    images = [key for key, kind in kinds.items() if kind == "Image"]
    labels = [key for key, kind in kinds.items() if kind == "ClassLabel"]
    image = "image" if "image" in images else images[0] if len(images) == 1 else None
    label = "label" if "label" in labels else labels[0] if len(labels) == 1 else None
    if image is None or label is None:
        found = ", ".join(f"{key} ({kind})" for key, kind in kinds.items())
        raise ValueError(
            "Invalid value for argument `name`. Expected a set of images with one label each. "
            f"Received: name={PREFIX + name!r}, which has {found or 'nothing'}"
        )
    return image, label


def _parts(name: str, builder: Any, label: str) -> dict[Role, str]:
    """Returns the splits to read, by what they are for; those without labels are for nothing."""
    there = set(builder.info.splits)
    if "train" not in there:
        raise ValueError(
            "Invalid value for argument `name`. Expected a set with a part `train`. Received: "
            f"name={PREFIX + name!r}, which has {', '.join(sorted(there))}"
        )
    parts: dict[Role, str] = {"train": "train"}
    for role in ("test", "validation"):
        if role in there and int(next(iter(examples_of(builder, role)))[label]) >= 0:
            parts[role] = role
    if "test" not in parts and "validation" in parts:
        parts["test"] = parts.pop("validation")
    return parts


def _sizes_and_labels(
    builder: Any, parts: Mapping[Role, str], image: str, label: str
) -> tuple[dict[tuple[Role, int], tuple[int, int, int]], dict[Role, NDArray[np.int32]]]:
    """Returns the size of each image and its label, so that memory holds one image at a time."""
    sizes: dict[tuple[Role, int], tuple[int, int, int]] = {}
    labels: dict[Role, NDArray[np.int32]] = {}
    for role, split in parts.items():
        found = []
        for place, example in enumerate(examples_of(builder, split)):
            array = np.asarray(example[image])
            if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] not in (1, 3):
                raise ValueError(
                    "Invalid value for argument `name`. Expected images of 8 bits with one channel "
                    f"or three. Received: one of {array.dtype} and shape {array.shape}"
                )
            sizes[role, place] = array.shape
            found.append(int(example[label]))
        labels[role] = np.asarray(found, np.int32)
    return sizes, labels


def _images(
    builder: Any, split: str, image: str, size: Size, channels: int, resize: Resize
) -> NDArray[np.uint8]:
    return np.stack(
        [
            _in_one_size(np.asarray(example[image]), size, channels, resize)
            for example in examples_of(builder, split)
        ]
    )


def _in_one_size(
    array: NDArray[np.uint8], size: Size, channels: int, resize: Resize
) -> NDArray[np.uint8]:
    array = np.repeat(array, channels, axis=2) if array.shape[2] < channels else array
    if array.shape[:2] == size:
        return array
    resized = resize_by_area(_framed(array, size, resize), size)
    return np.clip(np.rint(resized), 0, 255).astype(np.uint8)


def _framed(image: NDArray[Any], target: Size, resize: Resize) -> NDArray[Any]:
    """Returns an array `(height, width, channels)` cut or bordered as `framed` does it."""
    height, width = image.shape[:2]
    left, top, right, bottom = frame_of((height, width), target, resize)
    inside = image[max(top, 0) : bottom, max(left, 0) : right]
    borders = [(max(-top, 0), max(bottom - height, 0)), (max(-left, 0), max(right - width, 0))]
    return np.pad(inside, [*borders, (0, 0)])


def _held_out(x: NDArray[np.uint8], y: NDArray[np.int32], seed: int) -> tuple[Part, Part]:
    """Returns the images to train on and those to test on, a quarter of each class."""
    tested = np.zeros(len(y), bool)
    for label in np.unique(y).tolist():
        places = np.random.default_rng([seed, label]).permutation(np.flatnonzero(y == label))
        tested[places[: max(1, round(_TEST_SHARE * len(places)))]] = True
    return (x[~tested], y[~tested]), (x[tested], y[tested])


def _notes_on_sizes(sizes: set[Size], size: Size, resize: Resize) -> Iterator[str]:
    if sizes != {size}:
        height, width = size
        yield (
            f"The images have {counted(len(sizes), 'size')}, and were brought to {height} x "
            f"{width} (height x width); {WHAT_IS_DONE[resize]} (`resize`: '{resize}'). Choose "
            "another with `image_size`."
        )


def _notes(parts: Mapping[Role, str]) -> Iterator[str]:
    if parts.get("test") == "validation":
        yield (
            "Tested on the part `validation`, as there is no labelled one for testing. Do not "
            "choose settings by it."
        )
    if "validation" in parts:
        yield "Validation images are kept apart (`x_validation`), not trained or tested on."
