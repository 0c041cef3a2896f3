"""What holds for all nineteen corruptions."""

from __future__ import annotations

import os

import numpy as np
import pytest

from keras_lateral import CORRUPTIONS, STANDARD_CORRUPTIONS, corrupt
from keras_lateral.datasets import load_images
from keras_lateral.robustness.corruption.drawing import image_generators
from keras_lateral.robustness.corruption.noise import gaussian_noise
from tests.corruption_images import natural_images

PUBLISHED = (
    *("gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "glass_blur"),
    *("motion_blur", "zoom_blur", "snow", "frost", "fog", "brightness", "contrast"),
    *("elastic_transform", "pixelate", "jpeg_compression"),
    *("speckle_noise", "gaussian_blur", "spatter", "saturate"),
)
ORDERED = [
    *("gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "zoom_blur", "fog"),
    *("brightness", "contrast", "pixelate", "jpeg_compression", "speckle_noise", "gaussian_blur"),
]
"""Those whose published parameters are monotonic."""

IMAGES = natural_images(4, 12, 15)


def available(name: str) -> None:
    if name == "jpeg_compression":
        pytest.importorskip("PIL.Image")


def test_the_names_are_the_published_ones_in_their_order():
    assert CORRUPTIONS == PUBLISHED
    assert STANDARD_CORRUPTIONS[-1] == "jpeg_compression"
    assert CORRUPTIONS[:15] == STANDARD_CORRUPTIONS


@pytest.mark.parametrize("severity", [1, 5])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_images_change_within_the_range_and_the_input_is_unchanged(name, severity):
    available(name)
    before = IMAGES.copy()
    y = corrupt(IMAGES, name, severity)
    np.testing.assert_array_equal(IMAGES, before)
    assert (y.shape, y.dtype) == (IMAGES.shape, np.float32)
    assert y.min() >= 0
    assert y.max() <= 1
    assert (np.abs(y - IMAGES).max(axis=(1, 2, 3)) > 1e-3).any()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_part_of_a_batch_is_corrupted_as_in_the_whole_batch(name):
    available(name)
    whole = corrupt(IMAGES, name, 4, seed=9)
    np.testing.assert_array_equal(corrupt(IMAGES[:2], name, 4, seed=9), whole[:2])
    np.testing.assert_array_equal(corrupt(IMAGES, name, 4, seed=9), whole)


@pytest.mark.parametrize(
    "name", [*CORRUPTIONS[:3], "glass_blur", "motion_blur", "snow", "frost", "fog", "spatter"]
)
def test_other_seeds_and_other_images_get_other_random_numbers(name):
    same = np.repeat(IMAGES[:1], 2, axis=0)
    y = corrupt(same, name, 5, seed=0)
    assert (y[0] != y[1]).any()
    assert (y != corrupt(same, name, 5, seed=1)).any()


def test_late_images_of_a_large_batch_have_their_own_numbers_too():
    many = np.full((203, 8, 8, 1), 0.5)
    y = corrupt(many, "gaussian_noise", 1, seed=4)
    expected = gaussian_noise(many, 1, image_generators(4, 0, 203))
    np.testing.assert_allclose(y, expected, atol=1e-7)


@pytest.fixture(scope="module")
def photographs() -> np.ndarray:
    pytest.importorskip("PIL.Image")
    if not os.environ.get("KERAS_LATERAL_DATA"):
        pytest.skip("KERAS_LATERAL_DATA is not set: no real images")
    return load_images("cifar10").subset(test_per_class=3).scaled().x_test


def change(x: np.ndarray, name: str) -> list[float]:
    return [float(np.abs(corrupt(x, name, s) - x).mean()) for s in range(1, 6)]


@pytest.mark.parametrize("name", ORDERED)
def test_images_change_more_with_severity(name):
    available(name)
    assert (np.diff(change(natural_images(10, 32, 32), name)) > 0).all()


@pytest.mark.parametrize("name", ORDERED)
def test_photographs_change_more_with_severity(name, photographs):
    assert (np.diff(change(photographs, name)) > 0).all()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_different_range_of_values_gives_the_same_images(name):
    available(name)
    y = corrupt(IMAGES, name, 3)
    shifted = corrupt(4 * IMAGES - 1, name, 3, value_range=(-1, 3))
    np.testing.assert_allclose((shifted + 1) / 4, y, atol=1e-6)
    levels = np.rint(255 * IMAGES).astype("uint8")
    bright = corrupt(levels, name, 3, value_range=(0, 255))
    np.testing.assert_allclose(bright / 255, corrupt(levels / 255, name, 3), atol=1e-6)


@pytest.mark.parametrize("size", [(8, 8), (9, 21), (40, 33)])
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_size_and_number_of_channels_is_accepted(name, size):
    available(name)
    for channels in (1, 3):
        if (name, channels) != ("saturate", 1):
            for severity in (1, 5):  # spatter is water, then mud
                y = corrupt(natural_images(2, *size, channels), name, severity)
                assert y.shape == (2, *size, channels)
                assert np.isfinite(y).all()


@pytest.mark.parametrize("name", [name for name in CORRUPTIONS if name != "jpeg_compression"])
def test_black_and_white_images_and_no_images_do_not_fail(name):
    for value in (0, 1):
        assert np.isfinite(corrupt(np.full((2, 8, 8, 3), value), name, 3)).all()
    assert corrupt(np.zeros((0, 8, 8, 3)), name, 3).shape == (0, 8, 8, 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "rain"}, r"`name`. Expected one of \['gaussian_noise', .*'saturate'\]. .*'rain'"),
        ({"severity": 0}, "`severity`. Expected 1, 2, 3, 4 or 5. Received: severity=0"),
        ({"severity": 6}, "severity=6"),
        ({"severity": 2.5}, "severity=2.5"),
        ({"severity": True}, "severity=True"),
        ({"seed": -1}, "`seed`. Expected a non-negative integer"),
        ({"seed": 0.5}, "seed=0.5"),
        ({"images": IMAGES[0]}, r"`images`. .*Received: shape=\(12, 15, 3\)"),
        ({"images": IMAGES[:, :7]}, r"8 x 8 pixels or more.*\(4, 7, 15, 3\)"),
        ({"images": IMAGES[..., :2]}, r"1 or 3 channels"),
        ({"images": 255 * IMAGES}, r"values within value_range=\(0.0, 1.0\). .*to 255"),
        ({"images": IMAGES - 0.1}, r"values from -0.1"),
        ({"images": IMAGES * np.nan}, "values from nan"),
        ({"value_range": (1.0, 1.0)}, "`value_range`. Expected .*low < high"),
        ({"name": "saturate", "images": IMAGES[..., :1]}, "three channels, as grey"),
    ],
)
def test_invalid_arguments_are_refused(changed, message):
    arguments = {"images": IMAGES, "name": "fog", "severity": 3} | changed
    with pytest.raises(ValueError, match=message):
        corrupt(**arguments)


def test_a_numpy_severity_and_values_out_of_range_by_rounding_are_accepted():
    y = corrupt(IMAGES * np.float32(1.000001), "contrast", np.int64(3))
    np.testing.assert_allclose(y, corrupt(IMAGES, "contrast", 3), atol=1e-5)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((8, 8), "cifar10"), ((127, 300), "cifar10"), ((128, 300), "imagenet")],
)
def test_the_shorter_side_decides_whose_parameters_are_meant(size, expected):
    x = natural_images(1, *size)
    by_size = corrupt(x, "contrast", 5)
    np.testing.assert_array_equal(by_size, corrupt(x, "contrast", 5, parameters=expected))
    other = {"cifar10": "imagenet", "imagenet": "cifar10"}[expected]
    assert (by_size != corrupt(x, "contrast", 5, parameters=other)).any()


@pytest.mark.parametrize(("parameters", "decibels"), [("cifar10", 20.7), ("imagenet", 10.8)])
def test_noise_at_severity_five_is_as_strong_as_in_the_published_images(parameters, decibels):
    x = np.clip(0.5 + 0.7 * (natural_images(1, 224, 224) - 0.5), 0, 1)
    error = np.square(corrupt(x, "gaussian_noise", 5, parameters=parameters) - x).mean()
    deviation = {"cifar10": 0.10, "imagenet": 0.38}[parameters]
    rng = np.random.default_rng(3)
    clipped = np.clip(x + rng.normal(scale=deviation, size=x.shape), 0, 1) - x
    assert 10 * np.log10(1 / error) == pytest.approx(
        10 * np.log10(1 / np.square(clipped).mean()), abs=0.05
    )
    assert 10 * np.log10(1 / error) == pytest.approx(decibels, abs=1)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_image_net_s_parameters_work_on_small_images_and_change_them_more(name):
    available(name)
    x = natural_images(3, 32, 40)
    for severity in (1, 5):
        mild, strong = (
            corrupt(x, name, severity, parameters=parameters)
            for parameters in ("cifar10", "imagenet")
        )
        assert np.isfinite(strong).all()
        if (name, severity) not in {("saturate", 1), ("elastic_transform", 5), ("zoom_blur", 5)}:
            assert np.abs(strong - x).mean() > np.abs(mild - x).mean()


def test_an_unknown_set_of_parameters_is_refused():
    with pytest.raises(ValueError, match="`parameters`. Expected one of .*'auto'.*'tiny'"):
        corrupt(IMAGES, "fog", 1, parameters="tiny")
