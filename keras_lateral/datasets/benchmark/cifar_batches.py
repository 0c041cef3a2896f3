"""CIFAR's own files: batches of images as Python pickles."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIDE = 32
_ARRAYS = {
    "ndarray": np.ndarray,
    "dtype": np.dtype,
    "_reconstruct": np.empty(0).__reduce__()[0],  # its module has moved between versions
    "scalar": np.float32(0).__reduce__()[0],
}


class _ArraysOnly(pickle.Unpickler):
    """Reads numbers, texts and arrays: a pickle of anything else could run a program."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "numpy" and name in _ARRAYS:
            return _ARRAYS[name]
        if (module, name) == ("_codecs", "encode"):  # bytes in an old protocol
            return str.encode
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no array")


def read_batch(path: Path) -> dict[str, Any]:
    """Reads a pickled dictionary of arrays, lists and texts.

    Args:
        path: A file written by Python 2 or 3.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or holds anything else. Either message names the file.
    """
    try:
        with path.open("rb") as file:
            batch = _ArraysOnly(file, encoding="latin1").load()
    except FileNotFoundError:
        raise FileNotFoundError(f"The file {path} is missing.") from None
    except Exception as error:  # a damaged pickle fails in any way
        raise ValueError(f"The file {path} cannot be read as a batch of CIFAR: {error}") from error
    if not isinstance(batch, dict):
        raise ValueError(f"The file {path} is no batch of CIFAR: it holds a {type(batch).__name__}")
    return {key.decode() if isinstance(key, bytes) else str(key): batch[key] for key in batch}


def read_batches(paths: Sequence[Path]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Reads the images and labels of batches, in their order.

    Args:
        paths: The files.

    Returns:
        Images `uint8` of shape `(images, 32, 32, 3)` and labels `int32` of shape `(images,)`; the
        fine ones, if there are coarse ones too.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged.
    """
    parts = [_images_and_labels(path) for path in paths]
    x, y = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return x, y


def _images_and_labels(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    batch = read_batch(path)
    rows = np.asarray(batch.get("data", ()))
    labels = np.asarray(batch.get("fine_labels", batch.get("labels", ())))
    if rows.dtype != np.uint8 or rows.shape != (len(labels), 3 * _SIDE**2) or not len(labels):
        raise ValueError(
            f"The file {path} is no batch of CIFAR. Expected rows of {3 * _SIDE**2} bytes in "
            f"`data` and as many `labels`. Received: {rows.dtype} of shape {rows.shape}, and "
            f"{len(labels)} labels"
        )
    planes = rows.reshape(-1, 3, _SIDE, _SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels.astype(np.int32)
