"""With a stand-in for tensorflow-datasets: nothing is downloaded, nothing heavy is imported."""

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets.published import from_tensorflow_datasets
from keras_lateral.datasets.published.from_tensorflow_datasets import (
    NotAvailableError,
    read_tensorflow_dataset,
)

COUNTS = {"train": 20, "test": 10}


def image(split: str, index: int) -> np.ndarray:
    return np.full((28, 28, 1), index + len(split), np.uint8)


def examples(split: str) -> list[dict[str, Any]]:
    return [{"image": image(split, i), "label": np.int64(i % 10)} for i in range(COUNTS[split])]


class Builder:
    """The part of `tfds.core.DatasetBuilder` that the reader uses."""

    data_dir = "somewhere/fashion_mnist/3.0.1"

    def __init__(self, prepared: bool, file_format: str = "array_record") -> None:
        names = [f"class {i}" for i in range(10)]
        self.info = SimpleNamespace(features={"label": SimpleNamespace(names=names)})
        self.prepared, self.file_format = prepared, file_format
        self.failure: Exception | None = None
        self.downloads: list[str | None] = []

    def is_prepared(self) -> bool:
        return self.prepared

    def download_and_prepare(self, *, file_format: str | None) -> None:
        self.downloads.append(file_format)
        if self.failure:
            raise self.failure
        self.prepared = True
        self.file_format = file_format or "tfrecord"

    def as_data_source(self, split: str) -> list[dict[str, Any]]:
        assert self.prepared
        if self.file_format != "array_record":
            raise NotImplementedError("Random access")
        return examples(split)

    def as_dataset(self, *, split: str, shuffle_files: bool) -> tuple[str, list[dict[str, Any]]]:
        assert self.prepared
        assert not shuffle_files
        if importlib.util.find_spec("tensorflow") is None:
            raise ModuleNotFoundError("No module named 'tensorflow'")
        return "a tf.data.Dataset", examples(split)


@pytest.fixture
def install(monkeypatch):
    """Installs a stand-in with this builder, with or without TensorFlow, online or offline."""

    def put(builder: Builder, tensorflow: bool = True, online: bool = True) -> Builder:
        module = ModuleType("tensorflow_datasets")
        module.builder = lambda name: builder
        module.as_numpy = lambda dataset: iter(dataset[1])
        monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
        spec = object() if tensorflow else None
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
        monkeypatch.setattr(from_tensorflow_datasets, "is_online", lambda url: online)
        return builder

    return put


def backend_is(monkeypatch, name: str) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: name)


def check_images(name: str = "fashion_mnist", **arguments: Any) -> None:
    images = read_tensorflow_dataset(name, **arguments)
    for split, x, y in (
        ("train", images.x_train, images.y_train),
        ("test", images.x_test, images.y_test),
    ):
        np.testing.assert_array_equal(x, [image(split, i) for i in range(COUNTS[split])])
        np.testing.assert_array_equal(y, np.arange(COUNTS[split]) % 10)
        assert (x.dtype, y.dtype) == (np.uint8, np.int32)
    assert images.class_names[3] == "class 3"
    assert (images.source, images.max_value) == ("tensorflow-datasets", 255.0)


def test_a_prepared_array_record_is_read_without_tensorflow_and_offline(install):
    builder = install(Builder(prepared=True), tensorflow=False, online=False)
    check_images(download=False)
    assert builder.downloads == []


def test_a_prepared_set_in_the_default_format_is_read_by_tensorflow(install):
    builder = install(Builder(prepared=True, file_format="tfrecord"), online=False)
    check_images()
    assert builder.downloads == []


def test_the_default_format_without_tensorflow_is_reported(install):
    install(Builder(prepared=True, file_format="tfrecord"), tensorflow=False)
    with pytest.raises(NotAvailableError, match=r"somewhere.* cannot be read without TensorFlow"):
        read_tensorflow_dataset("mnist")


@pytest.mark.parametrize(
    ("backend", "file_format"),
    [("tensorflow", None), ("jax", "array_record"), ("torch", "array_record")],
)
def test_a_set_is_downloaded_once_in_the_format_that_fits_the_backend(
    install, monkeypatch, backend, file_format
):
    builder = install(Builder(prepared=False))
    backend_is(monkeypatch, backend)
    check_images()
    check_images()
    assert builder.downloads == [file_format]


@pytest.mark.parametrize(
    ("surroundings", "arguments", "message"),
    [
        ({"online": False}, {}, "kriz/ does not answer"),
        ({}, {"download": False}, "`download=False` was asked for"),
        ({"tensorflow": False}, {}, "preparing it requires TensorFlow"),
    ],
)
def test_no_download_is_attempted_where_it_cannot_succeed(
    install, surroundings, arguments, message
):
    builder = install(Builder(prepared=False), **surroundings)
    with pytest.raises(NotAvailableError, match=f"`cifar10` is not prepared in .*{message}"):
        read_tensorflow_dataset("cifar10", **arguments)
    assert builder.downloads == []


@pytest.mark.parametrize("failure", [OSError("disk full"), RuntimeError("no checksum")])
def test_a_failed_download_reports_the_cause(install, failure):
    install(Builder(prepared=False)).failure = failure
    with pytest.raises(NotAvailableError, match=f"{type(failure).__name__}: {failure}") as caught:
        read_tensorflow_dataset("mnist")
    assert caught.value.__cause__ is failure


def test_a_missing_package_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(NotAvailableError, match="it is not installed"):
        read_tensorflow_dataset("mnist")


def test_a_missing_undeclared_dependency_is_named(install, monkeypatch):
    def builder(name: str) -> None:
        missing = "importlib_resources"
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    install(Builder(prepared=True))
    monkeypatch.setattr(sys.modules["tensorflow_datasets"], "builder", builder)
    with pytest.raises(NotAvailableError, match="importlib_resources"):
        read_tensorflow_dataset("mnist")
