"""Patches agree with the equations, lie within the images, and differ from class to class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral.datasets import TexturePatches

RNG = np.random.default_rng(0)


def spectrum_peaks(texture: np.ndarray) -> list[tuple[int, int]]:
    """Frequencies with at least half the largest power, on one half of the plane."""
    power = np.abs(np.fft.fft2(texture - texture.mean())) ** 2
    rows, columns = np.nonzero(power > power.max() / 2)
    half = len(texture) // 2
    pairs = {
        ((r + half) % len(texture) - half, (c + half) % len(texture) - half)
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    }
    return sorted(pair for pair in pairs if pair > (0, 0))


@pytest.mark.parametrize("num_classes", [2, 5, 10])
def test_textures_are_stripes_and_spots_of_the_given_wavelength_at_different_angles(
    num_classes: int,
) -> None:
    patches = TexturePatches(num_classes, size=96, wavelength=6)
    angles: dict[int, list[float]] = {1: [], 2: []}
    for label in range(num_classes):
        (texture,) = patches.textures(np.array([label]), RNG.uniform(0, 6, (1, 2)))
        assert np.abs(texture).max() <= 1
        peaks = spectrum_peaks(texture)
        lengths = [np.hypot(*peak) for peak in peaks]
        assert np.allclose(lengths, 96 / 6, atol=1)
        turn = np.array([np.arctan2(*peak) for peak in peaks]) % np.pi
        crossed = np.ptp(turn) > 0.5  # two directions: spots
        angles[2 if crossed else 1].append(float(turn.min()))
    assert (len(angles[1]), len(angles[2])) == ((num_classes + 1) // 2, num_classes // 2)
    for kind, period in ((1, np.pi), (2, np.pi / 2)):
        if len(angles[kind]) > 1:
            ordered = np.sort(np.array(angles[kind]) % period)
            apart = np.diff([*ordered, ordered[0] + period])
            assert apart.min() > 0.7 * period / len(angles[kind])  # peaks are at whole numbers


def test_pixels_are_mixed_within_one_patch_and_all_others_are_unchanged() -> None:
    images = RNG.random((20, 12, 16, 3)).astype("float32")
    patches = TexturePatches(3, size=5, strength=0.25, seed=4)
    labels = RNG.integers(0, 3, 20)
    pasted = patches.paste(images, labels, (-1, 1))
    plain = TexturePatches(3, size=5, strength=1, seed=4).paste(images, labels, (-1, 1))
    corners = []
    for image, mixed, texture in zip(images, pasted, plain, strict=True):
        rows, columns = np.nonzero(np.any(image != texture, axis=-1))
        top, left = rows.min(), columns.min()
        corners.append((int(top), int(left)))
        assert len(rows) == 25
        assert (np.ptp(rows), np.ptp(columns)) == (4, 4)
        patch = np.s_[top : top + 5, left : left + 5]
        np.testing.assert_allclose(
            mixed[patch], 0.75 * image[patch] + 0.25 * texture[patch], atol=1e-6
        )
        np.testing.assert_array_equal(texture[patch][..., 0], texture[patch][..., 2])
        mixed[patch] = image[patch]
        np.testing.assert_array_equal(mixed, image)
    assert len(set(corners)) > 10
    assert all(0 <= row <= 7 and 0 <= column <= 11 for row, column in corners)


def test_other_textures_are_at_the_same_positions() -> None:
    images = np.full((9, 16, 16, 1), 7.0)
    patches = TexturePatches(4, size=6)
    one, other = (patches.paste(images, np.full(9, label), (0, 1)) for label in (0, 3))
    np.testing.assert_array_equal(one == 7, other == 7)
    assert np.any(one != other)
    elsewhere = patches.paste(images, np.full(9, 0), (0, 1), draw=1)
    assert np.any((one == 7) != (elsewhere == 7))


def test_integer_pixels_are_rounded_and_stay_in_their_range() -> None:
    images = np.full((50, 8, 8, 1), 100, "uint8")
    pasted = TexturePatches(2, size=8).paste(images, np.zeros(50, int), (0, 255))
    as_floats = TexturePatches(2, size=8).paste(
        images.astype("float64"), np.zeros(50, int), (0, 255)
    )
    assert pasted.dtype == "uint8"
    np.testing.assert_array_equal(pasted, np.rint(as_floats))
    assert 0 <= pasted.min() < 20 < 235 < pasted.max() <= 255


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_classes": 1}, "`num_classes`. Expected an integer of at least 2"),
        ({"size": 1}, "`size`"),
        ({"strength": 0}, "`strength`. Expected a number above 0"),
        ({"wavelength": 1}, "`wavelength`. Expected at least 2 pixels"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TexturePatches(**({"num_classes": 3, "size": 4} | arguments))


@pytest.mark.parametrize(
    ("shape", "textures", "message"),
    [
        ((2, 3, 8, 1), [0, 1], "`images`. .* patches of 4 x 4 pixels"),
        ((2, 8, 8, 1), [0], "`textures`. Expected 2 integers"),
        ((2, 8, 8, 1), [0, 3], "`textures`"),
        ((2, 8, 8, 1), [0, -2], "`textures`"),
        ((2, 8, 8, 1), [0.0, 1.0], "`textures`"),
    ],
)
def test_images_and_textures_that_do_not_fit_are_refused(
    shape: Any, textures: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        TexturePatches(3, size=4).paste(np.zeros(shape), textures, (0, 1))
