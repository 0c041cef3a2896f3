"""A corruption's parameters go by the images, unless a folder was tested with others."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_lateral import Corruption, Pruned, compare
from keras_lateral.comparison.kept_conditions import conditions_for_images
from keras_lateral.datasets import ImageDataset
from keras_lateral.robustness.corruption import parameters

FOG = Corruption("fog", 3)
QUIET = {"seeds": 1, "epochs": 1, "progress": False}


def set_of(image_shape: tuple[int, ...], folder: Path | None = None) -> str:
    fog, pruned = conditions_for_images([FOG, Pruned(0.5)], image_shape, folder)
    assert (fog.name, pruned) == ("fog-3", Pruned(0.5))
    return fog.settings()["parameters"]


def test_the_images_decide_where_nothing_is_kept(tmp_path):
    assert set_of((32, 32, 3)) == set_of((32, 32, 3), tmp_path) == "CIFAR-10-C"
    assert set_of((224, 224, 3)) == set_of((224, 224, 3), tmp_path / "new") == "ImageNet-C"


def test_a_folder_is_continued_with_the_parameters_it_was_tested_with(tmp_path):
    settings = {"fog-3": {"corruption": "fog", "severity": 3, "parameters": "CIFAR-10-C"}}
    kept = tmp_path / "comparison.json"
    kept.write_text(json.dumps({"conditions": settings}))
    assert set_of((224, 224, 3), tmp_path) == "CIFAR-10-C"
    kept.write_text(json.dumps({"conditions": {"snow-3": settings["fog-3"]}}))
    assert set_of((224, 224, 3), tmp_path) == "ImageNet-C"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"conditions": 1}', '{"conditions": [1]}'])
def test_an_unreadable_record_is_left_to_whoever_opens_the_folder(tmp_path, text):
    (tmp_path / "comparison.json").write_text(text)
    assert set_of((224, 224, 3), tmp_path) == "ImageNet-C"


def bright_images() -> ImageDataset:
    x = np.random.default_rng(0).integers(0, 256, (2, 8, 10, 10, 1), np.uint8)
    y = np.arange(8, dtype="int32") % 2
    return ImageDataset("bright", x[0], y, x[1], y, ("a", "b"))


def linear() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((10, 10, 1)),
            keras.layers.Conv2D(2, 3),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.home
def test_a_comparison_of_before_resumes_and_a_new_one_says_whose_parameters(tmp_path, monkeypatch):
    before = compare(
        linear, bright_images(), ["gradient_mask"], conditions=[FOG], folder=tmp_path, **QUIET
    )
    assert before.settings["conditions"]["fog-3"]["parameters"] == "CIFAR-10-C"
    monkeypatch.setattr(parameters, "LARGE", 10)  # as if these images were large
    resumed = compare(
        linear, bright_images(), ["gradient_mask"], conditions=[FOG], folder=tmp_path, **QUIET
    )
    assert [run.measures for run in resumed.runs] == [run.measures for run in before.runs]
    assert resumed.settings["conditions"] == before.settings["conditions"]
    new = compare(linear, bright_images(), ["gradient_mask"], conditions=[FOG], **QUIET)
    assert new.settings["conditions"]["fog-3"]["parameters"] == "ImageNet-C"
