"""Corrupted images are computed once, and are those that `corrupt` returns."""

import numpy as np
import pytest

from keras_lateral import corrupt
from keras_lateral.robustness.corruption import kept
from keras_lateral.robustness.corruption.kept import KeptImages

pytestmark = pytest.mark.home
IMAGES = np.random.default_rng(0).random((3, 8, 8, 1)).astype("float32")


def test_the_same_images_are_corrupted_once() -> None:
    images = KeptImages()
    found = [images.corrupted(IMAGES.copy(), "fog", 3, seed=s, value_range=[0, 1]) for s in (0, 0)]
    assert found[0] is found[1]
    np.testing.assert_array_equal(found[0], corrupt(IMAGES, "fog", 3))
    assert not found[0].flags.writeable


def test_any_other_argument_and_other_images_are_corrupted_anew() -> None:
    images = KeptImages()
    cases = [("fog", 3, 0), ("fog", 3, 1), ("fog", 4, 0), ("contrast", 3, 0)]
    for x in (IMAGES, IMAGES[::-1], IMAGES[:2], 1 - IMAGES):
        for name, severity, seed in cases:
            found = images.corrupted(x, name, severity, seed=seed)
            np.testing.assert_array_equal(found, corrupt(x, name, severity, seed=seed))
        assert images.bytes() == len(cases) * x.nbytes  # those of the images before are gone


def test_no_more_is_kept_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LARGEST", 2 * IMAGES.nbytes)
    images = KeptImages()
    for _ in range(2):
        for severity in (1, 2, 3):
            found = images.corrupted(IMAGES, "fog", severity)
            np.testing.assert_array_equal(found, corrupt(IMAGES, "fog", severity))
    assert images.bytes() == 2 * IMAGES.nbytes
