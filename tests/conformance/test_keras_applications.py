"""All of `keras.applications`, with random weights and small images."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.conformance.whole_models import check_fields_and_rules, check_saving, check_training

SIDES = {"Xception": 72, "InceptionV3": 76, "InceptionResNetV2": 76}
"""Sides of the images, in pixels, where 32 are too few."""

ONE_OF_EACH_FAMILY = (
    *("ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "InceptionV3"),
    *("InceptionResNetV2", "MobileNet", "MobileNetV2", "MobileNetV3Small", "NASNetMobile"),
    *("ResNet50", "ResNet50V2", "VGG16", "Xception"),
)
ALL = tuple(name for name, value in vars(keras.applications).items() if inspect.isfunction(value))
OTHERS = tuple(name for name in ALL if name not in ONE_OF_EACH_FAMILY)


def check(name: str, tmp_path: Path) -> None:
    if name.startswith("NASNet") and keras.config.backend() == "torch":
        pytest.skip("Keras says that it has no NASNet on torch")
    side = SIDES.get(name, 32)
    model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=10)
    assert check_fields_and_rules(model).keys() <= {"strided", "after_pooling"}  # some have none
    x = np.random.default_rng(0).uniform(-1, 1, (2, side, side, 3)).astype("float32")
    check_training(model, x)
    check_saving(model, x, tmp_path / "model.keras", holds_masks=True)


def test_each_application_is_listed_by_its_family():
    assert set(ONE_OF_EACH_FAMILY) <= set(ALL)
    assert len(OTHERS) >= 20


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_one_application_of_each_family(name, tmp_path):
    check(name, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("KERAS_LATERAL_TESTS") != "all",
    reason="takes an hour or more: asked for by KERAS_LATERAL_TESTS=all",
)
@pytest.mark.parametrize("name", OTHERS)
def test_the_other_applications(name, tmp_path):
    check(name, tmp_path)
