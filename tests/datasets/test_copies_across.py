"""Test images that are training images are named, whatever they came as."""

from dataclasses import replace

import numpy as np
import pytest

from keras_lateral.comparison.answer.trust import LEAK, trust_signals
from keras_lateral.datasets import ImageDataset, ImageFolds, load_images
from keras_lateral.datasets.copies_across import SEEN, copies_across
from keras_lateral.datasets.from_arrays import image_dataset
from tests.comparison_samples import with_images

pytestmark = pytest.mark.home

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (12, 5, 4, 3)).astype("uint8")
Y = np.arange(12) % 3
NAMES = ("a", "b", "c")


def test_exact_copies_in_arrays_have_the_alarm_of_folders() -> None:
    for test, said in ((X[9:], "3 of 3"), (np.r_[X[9:10], 255 - X[:4]], "1 of 5")):
        data = image_dataset(((X, Y), (test, Y[: len(test)])))
        (alarm,) = copies_across(data.scaled())
        assert alarm.startswith(f"{SEEN}, pixel for pixel: {said} (first: test image 0 is training")
        assert alarm.endswith("image 9). Test accuracy is too high by that; remove the copies.")
        assert LEAK.match(alarm)
    assert not list(copies_across(image_dataset(((X, Y), (255 - X, Y)))))


def test_what_is_known_of_a_folder_is_not_said_again() -> None:
    data = ImageDataset("mine", X, Y, X, Y, NAMES, names_train=tuple("abcdefghijkl"))
    data = replace(data, names_test=tuple("ABCDEFGHIJKL"))
    assert "(first: 'A' is 'a')" in next(copies_across(data))
    assert not list(copies_across(replace(data, alarms=(f"{SEEN}, saved again: 1 of 12.",))))


def test_copies_in_folds_leak_unless_they_are_one_unit() -> None:
    x, y = np.concatenate([X, X[:2]]), np.concatenate([Y, Y[:2]])
    folds = ImageFolds("mine", x, y, NAMES, folds=2)
    (alarm,) = copies_across(folds)
    assert "4 of 14 (first: image 0 is image 12)" in alarm
    units = np.r_[np.arange(12), 0, 1]
    assert not list(copies_across(replace(folds, units=units)))


def test_a_published_set_has_none() -> None:
    assert not list(copies_across(load_images("digits")))


def test_a_leak_of_arrays_withholds_the_verdict() -> None:
    (alarm,) = copies_across(ImageDataset("mine", X, Y, X, Y, NAMES))
    comparison = with_images({"mine": 0.1}, seeds=2)
    found = trust_signals(replace(comparison, settings={**comparison.settings, "alarms": [alarm]}))
    assert (found[0].level, found[0].name) == ("invalid", "leak")
