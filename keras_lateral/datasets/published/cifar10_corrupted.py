"""The published CIFAR-10-C, through tensorflow-datasets."""

import operator
import os
from typing import Any

from numpy.typing import NDArray

from keras_lateral.datasets.published.from_tensorflow_datasets import (
    NotAvailableError,
    prepared_builder,
    read_split,
)
from keras_lateral.extras import install_command

_URL = "https://zenodo.org/record/2535967/files/CIFAR-10-C.tar"

_THEIR_NAMES = {"glass_blur": "frosted_glass_blur", "elastic_transform": "elastic"}
"""Names in tensorflow-datasets where they differ from the published ones."""

_CORRUPTIONS = (
    *("gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "glass_blur"),
    *("motion_blur", "zoom_blur", "snow", "frost", "fog", "brightness", "contrast"),
    *("elastic_transform", "pixelate", "jpeg_compression"),
    *("speckle_noise", "gaussian_blur", "spatter", "saturate"),
)


def cifar10_corrupted(
    corruption: str,
    severity: int,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    download: bool = True,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns the test images of CIFAR-10 under one published corruption at one severity.

    Corruption and severity must be given: tensorflow-datasets, asked only for
    `cifar10_corrupted`, silently returns the mildest of all, brightness at severity 1. The names
    are those of `keras_lateral.CORRUPTIONS`, translated where those of tensorflow-datasets differ.
    The first use of any of its 95 parts downloads the whole set, 2.7 GiB.

    Args:
        corruption: One of `keras_lateral.CORRUPTIONS`.
        severity: From 1, the mildest, to 5.
        data_dir: The folder of tensorflow-datasets. Defaults to its own, `~/tensorflow_datasets`.
        download: Whether the set may be downloaded.

    Returns:
        `(x, y)`: `uint8` images of shape `(10000, 32, 32, 3)` from 0 to 255, and `int32` labels of
        shape `(10000,)`, in the order of tensorflow-datasets.

    Raises:
        ValueError: If there is no such corruption or severity.
        FileNotFoundError: If the images are not available; the message says why and what to do.

    Example:

    >>> from keras_lateral.datasets import cifar10_corrupted
    >>> cifar10_corrupted("fog", 6)
    Traceback (most recent call last):
        ...
    ValueError: Invalid value for argument `severity`. Expected 1, 2, 3, 4 or 5. Received: ...

    Reference:

    - [Hendrycks, Dietterich, 2019, Benchmarking neural network robustness to common corruptions
      and perturbations](https://arxiv.org/abs/1903.12261)
    """
    _check(corruption, severity)
    name = part_name(corruption, severity)
    try:
        return read_split(prepared_builder(name, _URL, download, data_dir), "test")
    except NotAvailableError as error:
        raise FileNotFoundError(
            f"The images of CIFAR-10-C, {corruption} at severity {severity}, were not found in "
            f"tensorflow-datasets: {error}. Install it with "
            f"{install_command('tfds')} and be online at the first call, or pass the `data_dir` "
            "in which it prepared them. `keras_lateral.corrupt` corrupts any other images in the "
            "same way."
        ) from error


def part_name(corruption: str, severity: int) -> str:
    """Returns the name of this part in tensorflow-datasets."""
    theirs = _THEIR_NAMES.get(corruption, corruption)
    return f"cifar10_corrupted/{theirs}_{operator.index(severity)}"


def _check(corruption: str, severity: int) -> None:
    if corruption not in _CORRUPTIONS:
        raise ValueError(
            f"Invalid value for argument `corruption`. Expected one of {list(_CORRUPTIONS)}. "
            f"Received: corruption={corruption!r}"
        )
    if isinstance(severity, (bool, float, str)) or severity not in (1, 2, 3, 4, 5):
        raise ValueError(
            "Invalid value for argument `severity`. Expected 1, 2, 3, 4 or 5. "
            f"Received: severity={severity!r}"
        )
