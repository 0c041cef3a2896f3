"""Image sets through tensorflow-datasets, where it is installed."""

import importlib
import importlib.util
import os
import urllib.error
import urllib.request
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.published.sets import PUBLISHED


def is_online(url: str, timeout: float = 3.0) -> bool:
    """Requests only the header of a page from a server, through a proxy if one is configured.

    Args:
        url: Address of the page.
        timeout: Seconds to wait for the connection.

    Returns:
        True if the server answers, even with an error page.
    """
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


class NotAvailableError(Exception):
    """This source does not have the images; the message says why."""


def read_tensorflow_dataset(name: str, download: bool = True) -> ImageDataset:
    """Reads a set that tensorflow-datasets has prepared, or lets it download the set.

    Before a download, a request checks that the server answers: offline, tensorflow-datasets would
    retry for minutes. Preparing a download needs TensorFlow, as does reading a set prepared
    in the default format; a set prepared as `array_record` is read without TensorFlow, and that is
    how it is prepared under the other backends.

    Args:
        name: `"mnist"`, `"fashion_mnist"`, `"cifar10"` or `"cifar100"`.
        download: Whether the set may be downloaded.

    Returns:
        An `ImageDataset` in the order of tensorflow-datasets, which has shuffled the images.

    Raises:
        NotAvailableError: If this source does not have the images.
    """
    builder = prepared_builder(name, PUBLISHED[name].url, download)
    x_train, y_train = read_split(builder, "train")
    x_test, y_test = read_split(builder, "test")
    return ImageDataset(
        name=name,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(builder.info.features["label"].names),
        source="tensorflow-datasets",
    )


def prepared_builder(
    name: str, url: str, download: bool, data_dir: str | os.PathLike[str] | None = None
) -> Any:
    """Returns a builder of tensorflow-datasets whose images can be read.

    Args:
        name: Name of the set in tensorflow-datasets.
        url: Where the set is downloaded from; checked before a download.
        download: Whether the set may be downloaded.
        data_dir: The folder of tensorflow-datasets. Defaults to its own.

    Raises:
        NotAvailableError: If this source does not have the images.
    """
    builder = _builder(name, {} if data_dir is None else {"data_dir": os.fspath(data_dir)})
    if not builder.is_prepared():
        _prepare(builder, name, url, download)
    return builder


def _builder(name: str, arguments: dict[str, str]) -> Any:
    try:
        # The missing module may also be one that it uses without declaring.
        return importlib.import_module("tensorflow_datasets").builder(name, **arguments)
    except ModuleNotFoundError as error:
        missing = "it is not installed" if error.name == "tensorflow_datasets" else str(error)
        raise NotAvailableError(missing) from error
    except ImportError as error:
        raise NotAvailableError(f"it cannot be imported ({error})") from error


def _prepare(builder: Any, name: str, url: str, download: bool) -> None:
    missing = f"`{name}` is not prepared in {builder.data_dir}"
    if not download:
        raise NotAvailableError(f"{missing}, and `download=False` was asked for")
    if importlib.util.find_spec("tensorflow") is None:
        raise NotAvailableError(f"{missing}, and preparing it requires TensorFlow")
    if not is_online(url):
        raise NotAvailableError(f"{missing}, and {url} does not answer (offline?)")
    # None is the default format, in which a prepared copy can be downloaded.
    file_format = None if keras.backend.backend() == "tensorflow" else "array_record"
    try:
        builder.download_and_prepare(file_format=file_format)
    except Exception as error:  # every library below fails in its own way
        raise NotAvailableError(
            f"{missing}, and the download failed: {type(error).__name__}: {error}"
        ) from error


def read_split(builder: Any, split: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns the images and labels of a split.

    Reads them one by one: `batch_size=-1`, the shorter way, can abort the whole process.
    """
    images, labels = [], []
    for example in examples_of(builder, split):
        images.append(np.asarray(example["image"]))
        labels.append(int(example["label"]))
    return np.stack(images), np.asarray(labels, np.int32)


def examples_of(builder: Any, split: str) -> Any:
    """Returns the examples of a split, to be gone through once."""
    try:
        return builder.as_data_source(split)
    except (NotImplementedError, ImportError):  # prepared in a format that only TensorFlow reads
        pass
    try:
        dataset = builder.as_dataset(split=split, shuffle_files=False)
        return importlib.import_module("tensorflow_datasets").as_numpy(dataset)
    except (NotImplementedError, ImportError) as error:
        raise NotAvailableError(
            f"what is prepared in {builder.data_dir} cannot be read without TensorFlow: {error}"
        ) from error
