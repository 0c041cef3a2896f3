"""In training the texture goes with the class; in the test it follows the cue."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral.datasets import (
    ImageDataset,
    TexturePatches,
    TextureShortcut,
    texture_shortcut,
)

RNG = np.random.default_rng(0)
Y_TRAIN = np.repeat(np.arange(3, dtype="int32"), [20, 40, 60])
Y_TEST = RNG.integers(0, 3, 600).astype("int32")


def plain(dtype: str = "float32") -> ImageDataset:
    """Returns uniform grey images, which no texture matches everywhere."""
    top = 255 if dtype == "uint8" else 1
    x_train, x_test = (
        np.broadcast_to(top * RNG.random((n, 1, 1, 1)), (n, 12, 12, 1)).astype(dtype)
        for n in (120, 600)
    )
    return ImageDataset("plain", x_train, Y_TRAIN, x_test, Y_TEST, ("a", "b", "c"), top)


def texture_seen(shortcut: TextureShortcut, before: np.ndarray, after: np.ndarray) -> int:
    """Returns the class whose texture an image has, found by trying phases; -1 for none."""
    if np.array_equal(before, after):
        return -1
    rows, columns = np.nonzero((before != after)[..., 0])
    patch = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, 0]
    size = shortcut.patches.size
    assert patch.shape == (size, size)
    errors = []
    phases = 2 * np.pi * np.indices((48, 48)).reshape(2, -1).T / 48
    for label in range(3):
        every = (1 + shortcut.patches.textures(np.full(48**2, label), phases)) / 2
        off = np.abs(shortcut.images.max_value * every - patch).max(axis=(1, 2))
        errors.append(off.min() / shortcut.images.max_value)
    assert min(errors) < 0.04 < 4 * 0.04 < sorted(errors)[1]
    return int(np.argmin(errors))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_images_have_the_textures_that_the_record_lists(dtype: str) -> None:
    images = plain(dtype)
    shortcut = texture_shortcut(images, size=8, seed=2)
    pairs = [(images.x_train, shortcut.images.x_train, shortcut.textures_train)]
    pairs += [(images.x_test, *test) for test in shortcut.tests.values()]
    for before, after, textures in pairs:
        assert after.dtype == dtype
        for place in range(0, len(before), 40):
            assert texture_seen(shortcut, before[place], after[place]) == textures[place]


@pytest.mark.parametrize("share", [0, 0.5, 0.95, 1])
def test_the_given_share_of_each_class_has_its_texture_and_the_others_have_none(
    share: float,
) -> None:
    textures = texture_shortcut(plain(), share=share).textures_train
    for label, count in enumerate((20, 40, 60)):
        own = textures[label == Y_TRAIN]
        assert set(own.tolist()) <= {-1, label}
        assert np.sum(own == label) == round(share * count)


def test_cues_give_the_texture_of_the_class_of_none_of_any_or_of_another() -> None:
    tests = texture_shortcut(plain()).tests
    np.testing.assert_array_equal(tests["aligned"][1], Y_TEST)
    assert set(tests["absent"][1].tolist()) == {-1}
    conflicting, random = tests["conflicting"][1], tests["random"][1]
    assert not np.any(conflicting == Y_TEST)
    apart = np.bincount((conflicting - Y_TEST) % 3, minlength=3)
    assert abs(apart[1] - 300) < 4 * 600**0.5 / 2  # both others are equally likely
    assert abs(np.mean(random == Y_TEST) - 1 / 3) < 4 * (2 / 9 / 600) ** 0.5


def test_the_test_images_of_all_cues_have_their_patches_at_the_same_positions() -> None:
    images = plain()
    tests = texture_shortcut(images).tests
    where = {cue: x != images.x_test for cue, (x, _) in tests.items()}
    assert not where["absent"].any()
    # A texture can have the image's own value at a pixel.
    assert np.mean(where["aligned"] != where["conflicting"]) < 1e-3


def test_everything_repeats_with_the_seed_and_changes_with_it() -> None:
    images = plain()
    one, same, other = (texture_shortcut(images, seed=seed) for seed in (5, 5, 6))
    for cue in one.tests:
        np.testing.assert_array_equal(one.tests[cue][0], same.tests[cue][0])
    np.testing.assert_array_equal(one.images.x_train, same.images.x_train)
    assert np.any(one.images.x_train != other.images.x_train)


def test_every_cue_has_a_dataset_which_can_be_scaled() -> None:
    shortcut = texture_shortcut(plain("uint8"))
    scaled = shortcut.scaled()
    data = scaled.dataset("conflicting")
    np.testing.assert_array_equal(data.x_test, shortcut.tests["conflicting"][0] / np.float32(255))
    np.testing.assert_array_equal(data.x_train, scaled.images.x_train)
    assert data.name == "plain, texture conflicting"
    assert scaled.images.max_value == 1
    with pytest.raises(ValueError, match=r"`cue`. Expected one of \['aligned', 'absent'"):
        shortcut.dataset("other")  # type: ignore[arg-type]


def test_the_default_size_follows_the_image_and_wrong_arguments_are_refused() -> None:
    assert texture_shortcut(plain()).patches == TexturePatches(3, size=4)
    with pytest.raises(ValueError, match="`share`. Expected a number from 0 to 1"):
        texture_shortcut(plain(), share=1.1)
    with pytest.raises(ValueError, match="`images`"):
        texture_shortcut(plain(), size=13)
