"""Image sets from a local folder.

The layout, below one root folder:

    mnist, fashion_mnist   train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-... ;
                           the four files as published
    cifar10, cifar100      train*.webp and test*.webp, lossless sheets of 32 x 32 tiles, read in
                           the order of the number in their names; labels.npz with the arrays
                           `train` and `test`
    names.json             in each folder, the names of the classes by label, or a mapping that
                           holds them under `fine`. Optional for mnist
"""

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.published.file_formats import read_idx, read_sheet
from keras_lateral.datasets.published.sets import PUBLISHED, part_of_the_published_set

# TypeError: a bare array instead of an archive of arrays.
_DAMAGED = (OSError, EOFError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)

Part = tuple[NDArray[Any], NDArray[Any]]


def read_folder(name: str, folder: Path) -> ImageDataset:
    """Reads one of the published image sets from its local folder.

    Args:
        name: `"mnist"`, `"fashion_mnist"`, `"cifar10"` or `"cifar100"`.
        folder: The folder of this set.

    Returns:
        An `ImageDataset` with `uint8` images.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged. Either message names the file.
    """
    read_part = _read_idx_part if PUBLISHED[name].layout == "idx" else _read_sheet_part
    (x_train, y_train), (x_test, y_test) = read_part(folder, "train"), read_part(folder, "test")
    class_names = _read_class_names(folder, PUBLISHED[name].num_classes, optional=name == "mnist")
    for labels in (y_train, y_test):
        if len(labels) and labels.max() >= len(class_names):
            raise ValueError(
                f"The labels in {folder} reach {labels.max()}, but `{name}` has "
                f"{len(class_names)} classes"
            )
    return ImageDataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=class_names,
        source="folder",
        notes=part_of_the_published_set(name, len(y_train), len(y_test)),
    )


def _read_idx_part(folder: Path, part: str) -> Part:
    prefix = "train" if part == "train" else "t10k"
    images = folder / f"{prefix}-images-idx3-ubyte.gz"
    labels = folder / f"{prefix}-labels-idx1-ubyte.gz"
    x, y = read_idx(images, 3), read_idx(labels, 1)
    _check_lengths(len(x), [images], len(y), labels)
    return x[..., None], y.astype(np.int32)


def _read_sheet_part(folder: Path, part: str) -> Part:
    sheets = sorted(folder.glob(f"{part}*.webp"), key=_number_in_name)
    if not sheets:
        raise FileNotFoundError(f"The file {folder / part}*.webp is missing.")
    path = folder / "labels.npz"
    y = _read_labels(path, part)
    x = np.concatenate([read_sheet(sheet) for sheet in sheets])
    _check_lengths(len(x), sheets, len(y), path)
    return x, y


def _number_in_name(path: Path) -> tuple[int, str]:
    digits = re.findall(r"\d+", path.stem)
    return (int(digits[-1]) if digits else -1), path.name


def _read_labels(path: Path, part: str) -> NDArray[np.int32]:
    try:
        # Opened here, because `np.load` leaves the file open when the archive is damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            labels = arrays[part]
    except FileNotFoundError:
        raise FileNotFoundError(f"The file {path} is missing.") from None
    except KeyError:
        raise ValueError(f"The file {path} does not contain an array `{part}`") from None
    except _DAMAGED as error:
        raise ValueError(f"The file {path} cannot be read: {error}") from error
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"The array `{part}` in {path} is not a list of labels: it has shape {labels.shape} "
            f"and dtype {labels.dtype}"
        )
    converted: NDArray[np.int32] = labels.astype(np.int32)
    return converted


def _check_lengths(images: int, image_files: list[Path], labels: int, label_file: Path) -> None:
    if images != labels:
        names = ", ".join(path.name for path in image_files)
        raise ValueError(
            f"Images and labels in {label_file.parent} do not match: {images} images in {names}, "
            f"{labels} labels in {label_file.name}. A file may be missing or damaged"
        )


def _read_class_names(folder: Path, count: int, optional: bool) -> tuple[str, ...]:
    path = folder / "names.json"
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if optional:
            return tuple(str(digit) for digit in range(count))
        raise FileNotFoundError(f"The file {path} is missing.") from None
    except ValueError as error:
        raise ValueError(f"The file {path} cannot be read: {error}") from error
    fine = names.get("fine") if isinstance(names, dict) else names
    if not isinstance(fine, list) or len(fine) != count:
        raise ValueError(f"The file {path} does not contain the names of {count} classes")
    return tuple(str(name) for name in fine)
