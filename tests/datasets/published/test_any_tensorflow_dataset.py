"""A set of tensorflow-datasets by its name there: a stand-in, and one that a test prepares."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.datasets import load_images
from keras_lateral.datasets.folder.read_pixels import resize_by_area
from keras_lateral.datasets.published import from_tensorflow_datasets
from tests.datasets.image_files import pixels


class Image:
    """As the feature of tensorflow-datasets is called."""


class ClassLabel:
    names = ("cat", "dog")


class Builder:
    """The part of `tfds.core.DatasetBuilder` that the reader uses."""

    data_dir = "somewhere"

    def __init__(self, parts: dict[str, list[Any]], features: dict[str, Any] | None = None) -> None:
        known = {"image": Image(), "label": ClassLabel(), "id": object()}
        self.info = SimpleNamespace(features=features or known, splits=parts)
        self.parts = parts

    def is_prepared(self) -> bool:
        return True

    def as_data_source(self, split: str) -> list[dict[str, Any]]:
        return [{"image": x, "label": np.int64(y)} for x, y in self.parts[split]]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(builder: Builder) -> list[Any]:
        asked: list[Any] = []

        def find(name: str, **more: Any) -> Builder:
            asked.append((name, more))
            return builder

        module = ModuleType("tensorflow_datasets")
        module.builder = find  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
        return asked

    return put


def images(number: int, height: int = 9, width: int = 9, channels: int = 3, first: int = 0) -> Any:
    shaped = (
        pixels(first + n, height, width, channels).reshape(height, width, channels)
        for n in range(number)
    )
    return [(image, n % 2) for n, image in enumerate(shaped)]


def test_parts_are_used_as_they_are_named(install: Any) -> None:
    parts = {"train": images(6), "test": images(4, first=10), "validation": images(2, first=20)}
    asked = install(Builder({**parts, "unlabelled": []}))
    data = load_images("tfds:pets/small:1.0.0", data_dir="folder")
    assert asked == [("pets/small:1.0.0", {"data_dir": "folder"})]
    np.testing.assert_array_equal(data.x_train, [x for x, _ in parts["train"]])
    np.testing.assert_array_equal(data.x_test, [x for x, _ in parts["test"]])
    assert data.x_validation is not None
    np.testing.assert_array_equal(data.x_validation, [x for x, _ in parts["validation"]])
    assert (data.name, data.class_names) == ("tfds:pets/small:1.0.0", ("cat", "dog"))
    assert data.source == "tensorflow-datasets"
    assert len(data.notes) == 1


def test_without_a_labelled_test_part_validation_is_tested(install: Any) -> None:
    hidden = [(pixels(9, 9, 9), -1)]
    install(Builder({"train": images(4), "validation": images(2, first=20), "test": hidden}))
    data = load_images("tfds:pets")
    assert (len(data.x_test), data.x_validation) == (2, None)
    assert "Do not choose settings by it" in data.notes[0]


def test_without_any_a_quarter_of_each_class_is_held_out_by_the_seed(install: Any) -> None:
    install(Builder({"train": images(16)}))
    first, again, other = (load_images("tfds:pets", split_seed=seed) for seed in (0, 0, 1))
    assert np.bincount(first.y_test).tolist() == [2, 2]
    assert len(first.x_train) == 12
    np.testing.assert_array_equal(first.x_test, again.x_test)
    assert not np.array_equal(first.x_test, other.x_test)
    assert "4 images, a quarter of each class, are held out by the seed 0" in first.notes[0]
    every = {x.tobytes() for x in (*first.x_train, *first.x_test)}
    assert len(every) == 16


def test_images_of_different_sizes_are_brought_to_one(install: Any) -> None:
    wide, square = images(2, 8, 16), images(2, 8, 8, channels=1, first=30)
    install(Builder({"train": wide, "test": square}))
    data = load_images("tfds:pets")
    assert data.image_shape == (8, 8, 3)  # the median of the shorter sides
    for found, (x, _) in zip(data.x_train, wide, strict=True):
        np.testing.assert_array_equal(found, np.rint(resize_by_area(x, (8, 8))))
    np.testing.assert_array_equal(data.x_test, [np.repeat(x, 3, axis=2) for x, _ in square])
    assert "have 2 sizes, and were brought to 8 x 8 (height x width); those of" in data.notes[0]
    cropped = load_images("tfds:pets", resize="crop")
    np.testing.assert_array_equal(cropped.x_train[0], wide[0][0][:, 4:12])
    padded = load_images("tfds:pets", resize="pad", image_size=16)
    np.testing.assert_array_equal(padded.x_train[1][4:12], wide[1][0])
    assert not padded.x_train[:, [*range(4), *range(12, 16)]].any()


def test_a_set_without_images_or_one_label_is_refused(install: Any) -> None:
    for features in ({"text": object()}, {"image": Image(), "a": ClassLabel(), "b": ClassLabel()}):
        install(Builder({"train": images(4)}, features))
        with pytest.raises(ValueError, match="images with one label each. Received.*tfds:pets'"):
            load_images("tfds:pets")
    install(Builder({"all": images(4)}))
    with pytest.raises(ValueError, match="Expected a set with a part `train`.*which has all"):
        load_images("tfds:pets")
    install(Builder({"train": [(pixels(0).astype("uint16"), 0)]}))
    with pytest.raises(ValueError, match="images of 8 bits.*one of uint16 and shape"):
        load_images("tfds:pets")


def test_a_missing_package_and_an_unprepared_set_are_named(
    install: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = Builder({"train": images(4)})
    monkeypatch.setattr(builder, "is_prepared", lambda: False)
    install(builder)
    monkeypatch.setattr(from_tensorflow_datasets, "is_online", lambda url: False)
    with pytest.raises(FileNotFoundError, match="`tfds:pets` were not found: `pets` is not prep"):
        load_images("tfds:pets")
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(FileNotFoundError, match="it is not installed. Install tensorflow-datasets"):
        load_images("tfds:pets")


@pytest.mark.parametrize("asked", [{"image_size": 16}, {"resize": "crop"}])
def test_the_other_sets_keep_their_size(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Expected neither: the images of 'digits' keep their si"):
        load_images("digits", **asked)
    with pytest.raises(ValueError, match="`(image_size|resize)`"):
        load_images("tfds:pets", **dict.fromkeys(asked, "vast"))


@pytest.mark.home
def test_a_set_that_tensorflow_datasets_has_prepared_itself_is_read(tmp_path: Path) -> None:
    tfds = pytest.importorskip("tensorflow_datasets")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the default format is read by TensorFlow")

    class TinyPets(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc, name-defined]
        VERSION = tfds.core.Version("1.0.0")
        MANUAL_DOWNLOAD_INSTRUCTIONS = None

        def _info(self) -> Any:
            features = {
                "image": tfds.features.Image(shape=(None, None, 3)),
                "label": tfds.features.ClassLabel(names=["cat", "dog"]),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, dl_manager: Any) -> Any:
            return {"train": self._generate_examples(0, 6), "test": self._generate_examples(50, 4)}

        def _generate_examples(self, first: int, number: int) -> Any:
            for n, (image, label) in enumerate(images(number, 8, 8 + first // 25, first=first)):
                yield n, {"image": image, "label": label}

    TinyPets(data_dir=str(tmp_path)).download_and_prepare()
    data = load_images("tfds:tiny_pets", data_dir=tmp_path, download=False)
    assert (len(data.x_train), len(data.x_test), data.image_shape) == (6, 4, (8, 8, 3))
    expected = {x.tobytes() for x, _ in images(6, 8, 8)}
    assert {x.tobytes() for x in data.x_train} == expected  # tensorflow-datasets shuffles
    with pytest.raises(ValueError, match="knows. Received: name='tfds:tiny_petz'.*Names like it: "):
        load_images("tfds:tiny_petz", data_dir=tmp_path, download=False)
