"""A corruption as a condition measures a model on the images that `corrupt` makes."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

from keras_lateral import (
    CORRUPTIONS,
    STANDARD_CORRUPTIONS,
    ConditionResult,
    Corruption,
    corrupt,
    corruptions,
    evaluate,
)
from tests.corruption_images import natural_images

IMAGES = natural_images(30, 8, 9).astype("float32")


def bright_or_dark() -> keras.Model:
    """Returns a model that predicts class 1 if the mean of an image is above one half."""
    flat = keras.layers.Flatten()
    score = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((8, 9, 3)), flat, score])
    pixels = 8 * 9 * 3
    kernel = np.stack([np.zeros(pixels), np.full(pixels, 1 / pixels)], axis=1)
    score.set_weights([kernel, np.array([0.5, 0.0])])
    return model


@pytest.mark.parametrize("severity", [1, 5])
def test_the_accuracy_is_that_of_the_corrupted_images(severity):
    y = (IMAGES.mean(axis=(1, 2, 3)) > 0.5).astype(int)
    condition = Corruption("brightness", severity)
    corrupted = corrupt(IMAGES, "brightness", severity)
    right = [(image.mean() > 0.5) == label for image, label in zip(corrupted, y, strict=True)]
    result = condition.measure(bright_or_dark(), IMAGES, y, (0.0, 1.0))
    assert (result.name, result.images) == (f"brightness-{severity}", 30)
    assert result.accuracy == pytest.approx(np.mean(right))
    assert 0 < result.accuracy < 1


def test_the_range_of_values_and_the_seed_are_used():
    model = bright_or_dark()
    x = 10 * IMAGES - 5
    corrupted = corrupt(x, "gaussian_noise", 5, seed=2, value_range=(-5, 5))
    y = model.predict(corrupted, verbose=0).argmax(axis=1)
    result = Corruption("gaussian_noise", 5, seed=2).measure(model, x, y, (-5.0, 5.0))
    assert result.accuracy == 1


def test_evaluate_accepts_corruptions_and_names_their_results():
    y = (IMAGES.mean(axis=(1, 2, 3)) > 0.5).astype(int)
    found = evaluate(bright_or_dark(), (IMAGES, y), corruptions(["fog", "contrast"], [1, 5]))
    names = [result.name for result in found.results]
    assert names == ["fog-1", "fog-5", "contrast-1", "contrast-5"]
    assert found["contrast-5"].accuracy == 1  # the mean is unchanged


def test_settings_recreate_the_condition():
    settings = json.loads(json.dumps(Corruption("shot_noise", np.int64(4), seed=7).settings()))
    again = Corruption(**{key: settings[key] for key in ("corruption", "severity", "seed")})
    assert again == Corruption("shot_noise", 4, 7)
    assert settings["libraries"] == {"numpy": np.__version__}
    assert settings["parameters"] == "auto"
    chosen = [Corruption("fog", 1, parameters=name) for name in ("cifar10", "imagenet")]
    assert [one.settings()["parameters"] for one in chosen] == ["CIFAR-10-C", "ImageNet-C"]
    assert [one.name for one in chosen] == ["fog-1", "fog-1"]


@pytest.mark.parametrize(
    ("size", "published"), [((8, 9), "CIFAR-10-C"), ((128, 130), "ImageNet-C")]
)
def test_a_result_says_whose_parameters_the_images_had(size, published):
    x = natural_images(2, *size)
    channel_means = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.GlobalAveragePooling2D()]
    )
    data = (x, np.zeros(2, int))

    def result(condition: Corruption) -> ConditionResult:
        return evaluate(channel_means, data, [condition], model_returns="logits").results[0]

    found = result(Corruption("contrast", 5))
    assert found.settings["parameters"] == published
    chosen = Corruption("contrast", 5).for_images(x.shape[1:])
    again = result(chosen)
    assert (again.settings, again.accuracy) == (found.settings, found.accuracy)


def test_a_condition_keeps_the_parameters_with_which_it_was_measured_before():
    before = {"corruption": "fog", "severity": 1, "seed": 0, "parameters": "CIFAR-10-C"}
    auto = Corruption("fog", 1)
    assert auto.for_images((224, 224, 3), before).parameters == "cifar10"
    assert auto.for_images((224, 224, 3), {"parameters": "unknown"}).parameters == "imagenet"
    named = Corruption("fog", 1, parameters="imagenet")
    assert named.for_images((32, 32, 3), before) is named


def test_the_settings_of_jpeg_compression_include_the_version_of_pillow():
    pil = pytest.importorskip("PIL")
    assert Corruption("jpeg_compression", 1).settings()["libraries"]["pillow"] == pil.__version__


def test_all_standard_corruptions_at_all_severities_are_the_default():
    expected = [f"{name}-{severity}" for name in STANDARD_CORRUPTIONS for severity in range(1, 6)]
    assert [corruption.name for corruption in corruptions()] == expected
    assert len({corruption.name for corruption in corruptions(CORRUPTIONS)}) == 95
    assert corruptions("fog", iter([2]), seed=3) == [Corruption("fog", 2, 3)]


@pytest.mark.parametrize(("name", "severity"), [("rain", 1), ("fog", 0), ("fog", 1.5)])
def test_an_unknown_corruption_or_severity_is_refused_at_construction(name, severity):
    with pytest.raises(ValueError, match=r"Invalid value for argument `(name|severity)`"):
        Corruption(name, severity)


def test_an_unknown_set_of_parameters_is_refused_at_construction():
    with pytest.raises(ValueError, match="`parameters`. Expected one of .*'CIFAR'"):
        corruptions(["fog"], parameters="CIFAR")
