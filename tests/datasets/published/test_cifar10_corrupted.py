"""With a stand-in for tensorflow-datasets: nothing is downloaded."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from keras_lateral import CORRUPTIONS
from keras_lateral.datasets import cifar10_corrupted
from keras_lateral.datasets.published import from_tensorflow_datasets
from keras_lateral.datasets.published.cifar10_corrupted import part_name


class Builder:
    """Holds five images whose pixels show which part was requested."""

    data_dir = "somewhere/cifar10_corrupted"

    def __init__(self, name: str, prepared: bool) -> None:
        self.level = sum(name.encode()) % 256
        self.prepared = prepared

    def is_prepared(self) -> bool:
        return self.prepared

    def as_data_source(self, split: str) -> list[dict[str, Any]]:
        assert split == "test"  # there is no other
        image = np.full((32, 32, 3), self.level, np.uint8)
        return [{"image": image, "label": np.int64(i)} for i in range(5)]


@pytest.fixture
def asked(monkeypatch):
    """The calls of the stand-in: name and folder."""
    calls: list[tuple[str, dict[str, str]]] = []

    def builder(name: str, **arguments: str) -> Builder:
        calls.append((name, arguments))
        return Builder(name, prepared=arguments.get("data_dir") != "empty")

    module = ModuleType("tensorflow_datasets")
    module.builder = builder
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    monkeypatch.setattr(from_tensorflow_datasets, "is_online", lambda url: False)
    return calls


@pytest.mark.parametrize(
    ("corruption", "severity", "theirs"),
    [
        ("fog", 1, "fog_1"),
        ("glass_blur", 5, "frosted_glass_blur_5"),
        ("elastic_transform", np.int64(3), "elastic_3"),
    ],
)
def test_the_part_of_this_corruption_and_severity_is_read(asked, corruption, severity, theirs):
    x, y = cifar10_corrupted(corruption, severity)
    assert asked == [(f"cifar10_corrupted/{theirs}", {})]
    assert (x.shape, x.dtype, y.dtype) == ((5, 32, 32, 3), np.uint8, np.int32)
    assert (x == sum(f"cifar10_corrupted/{theirs}".encode()) % 256).all()
    np.testing.assert_array_equal(y, range(5))


def test_every_published_part_corresponds_to_one_of_our_names():
    published = pytest.importorskip("tensorflow_datasets.image_classification.cifar10_corrupted")
    theirs = [config.name for config in published.Cifar10Corrupted.BUILDER_CONFIGS]
    ours = [part_name(name, severity) for name in CORRUPTIONS for severity in range(1, 6)]
    assert sorted(ours) == sorted(f"cifar10_corrupted/{name}" for name in theirs)


def test_the_folder_is_passed_on(asked, tmp_path):
    cifar10_corrupted("snow", 2, data_dir=tmp_path)
    assert asked == [("cifar10_corrupted/snow_2", {"data_dir": str(tmp_path)})]


def test_there_is_no_default_severity():
    with pytest.raises(TypeError, match="severity"):
        cifar10_corrupted("fog")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [({}, "zenodo.* does not answer"), ({"download": False}, "`download=False` was asked for")],
)
def test_the_error_for_unavailable_images_says_what_to_do(asked, arguments, why):
    message = rf"fog at severity 4, were not found.*{why}.*keras-lateral\[tfds\].*corrupt"
    with pytest.raises(FileNotFoundError, match=message):
        cifar10_corrupted("fog", 4, data_dir="empty", **arguments)


def test_a_missing_package_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(FileNotFoundError, match="it is not installed"):
        cifar10_corrupted("fog", 4)


@pytest.mark.parametrize(
    ("corruption", "severity", "message"),
    [
        ("rain", 1, r"`corruption`. Expected one of \['gaussian_noise'.*'rain'"),
        ("frosted_glass_blur", 1, "'frosted_glass_blur'"),
        ("fog", 0, "`severity`. Expected 1, 2, 3, 4 or 5. Received: severity=0"),
        ("fog", 6, "severity=6"),
        ("fog", 2.5, "severity=2.5"),
        ("fog", 2.0, "severity=2.0"),
    ],
)
def test_an_unknown_corruption_or_severity_is_refused(asked, corruption, severity, message):
    with pytest.raises(ValueError, match=message):
        cifar10_corrupted(corruption, severity)
    assert not asked
