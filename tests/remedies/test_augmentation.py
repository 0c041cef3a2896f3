"""RandAugment, AugMix, random erasing: operations against Pillow, and what is drawn."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from keras_lateral import (
    aug_mix_method,
    aug_mixed,
    flip_and_shift,
    flip_and_shift_method,
    rand_augment_method,
    rand_augmented,
    random_erasing_method,
    randomly_erased,
)
from keras_lateral.remedies import aug_mix as of_aug_mix
from keras_lateral.remedies import image_operations as of
from keras_lateral.remedies.rand_augment import OPERATIONS, strengths

pytestmark = pytest.mark.home  # NumPy alone: no backend is involved

LEVELS = np.random.default_rng(0).integers(20, 220, (3, 20, 24, 3)).astype("uint8")
LEVELS[1] //= 3  # a dark image, with few values
IMAGES = (LEVELS / 255).astype("float32")
LABELS = np.array([0, 1, 2])


def by_pillow(change: Callable[..., Any], strength: float) -> np.ndarray:
    """Returns what Pillow makes of each image."""
    image = pytest.importorskip("PIL.Image")
    return np.stack([np.asarray(change(image.fromarray(x), strength)) for x in LEVELS])


def operation(name: str) -> Callable[..., Any]:
    def change(picture: Any, strength: float) -> Any:
        ops = pytest.importorskip("PIL.ImageOps")
        enhance = pytest.importorskip("PIL.ImageEnhance")
        whole = {
            "auto_contrast": lambda: ops.autocontrast(picture),
            "equalize": lambda: ops.equalize(picture),
            "posterize": lambda: ops.posterize(picture, int(strength)),
            "solarize": lambda: ops.solarize(picture, round(strength * 255)),
        }
        if name in whole:
            return whole[name]()
        return getattr(enhance, name.capitalize())(picture).enhance(strength)

    return change


@pytest.mark.parametrize(
    ("name", "strength", "levels"),
    [
        ("auto_contrast", 0.0, 1),
        ("equalize", 0.0, 0),
        ("posterize", 3.0, 0),
        ("solarize", 100 / 255, 0),
        ("color", 0.3, 1),
        ("color", 1.7, 1),
        ("contrast", 0.4, 1),
        ("contrast", 1.6, 1),
        ("brightness", 0.5, 1),
        ("brightness", 1.9, 1),
        ("sharpness", 0.2, 1),
        ("sharpness", 1.8, 1),
    ],
)
def test_an_operation_is_pillows_but_for_rounding(name: str, strength: float, levels: int) -> None:
    found = getattr(of, name)(IMAGES, np.full(3, strength)) * 255
    expected = by_pillow(operation(name), strength)
    # Pillow cuts off the result, after it has rounded the gray or smoothed image.
    rounded = abs(1 - strength) / 2 if levels and strength else 0
    assert np.abs(found - expected).max() <= levels + rounded + 1e-3
    assert np.abs(found - LEVELS).max() > 5


@pytest.mark.parametrize("name", ["rotate", "shear_x", "shear_y", "translate_x", "translate_y"])
def test_a_geometric_operation_reads_each_place_where_the_formula_says(name: str) -> None:
    strength = {"rotate": 20.0, "shear_x": 0.3, "shear_y": -0.2}.get(name, 0.25)
    found = getattr(of, name)(IMAGES, np.full(3, strength))
    angle = np.deg2rad(strength)
    matrix, shift = np.eye(2), np.zeros(2)
    if name == "rotate":
        matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    elif name.startswith("shear"):
        matrix[(1, 0) if name == "shear_x" else (0, 1)] = strength
    else:
        shift["yx".index(name[-1])] = strength * (20 if name[-1] == "y" else 24)
    center = np.array([9.5, 11.5])
    for place in np.ndindex(20, 24):
        row, column = matrix @ (place - center) + center + shift
        np.testing.assert_allclose(found[0][place], interpolated(row, column), atol=2e-4)


def interpolated(row: float, column: float) -> np.ndarray:
    """Returns the first image's value between four places, gray outside."""
    value = np.zeros(3)
    for r in (int(np.floor(row)), int(np.floor(row)) + 1):
        for c in (int(np.floor(column)), int(np.floor(column)) + 1):
            inside = 0 <= r < 20 and 0 <= c < 24
            share = (1 - abs(row - r)) * (1 - abs(column - c))
            value += share * (IMAGES[0, r, c] if inside else np.full(3, 0.5))
    return value


def test_images_of_one_gray_channel_go_through() -> None:
    gray = IMAGES[..., :1]
    for change in OPERATIONS:
        assert change(gray, np.full(3, 4.0 if change is of.posterize else 0.5)).shape == gray.shape
    np.testing.assert_allclose(of.color(gray, np.full(3, 0.2)), gray, atol=1e-6)


def test_each_image_gets_its_own_operation() -> None:
    powers = np.stack([np.full(3, 0.5), np.full(3, 0.0)])
    out = of.applied(IMAGES, [of.brightness, of.solarize], np.array([0, 1, 0]), powers)
    np.testing.assert_allclose(out[[0, 2]], IMAGES[[0, 2]] / 2, rtol=1e-6)
    np.testing.assert_allclose(out[1], 1 - IMAGES[1], rtol=1e-6)


def test_strengths_grow_with_the_magnitude_from_doing_nothing() -> None:
    at = {m: strengths(OPERATIONS, np.array([m]), np.ones(1))[:, 0] for m in (0.0, 0.5, 1.0)}
    values = {o.__name__: tuple(float(at[m][i]) for m in at) for i, o in enumerate(OPERATIONS)}
    assert len(OPERATIONS) == 14
    assert values["posterize"] == (8, 6, 4)
    assert values["rotate"] == (0, 15, 30)
    assert values["translate_x"] == (0, 0.225, 0.45)
    assert values["solarize"] == (1, 0.5, 0)
    assert values["color"] == pytest.approx((1, 1.45, 1.9))


def test_rand_augment_draws_images_apart_and_all_operations() -> None:
    same = np.repeat(IMAGES[:1], 200, axis=0)
    out, labels, weights = rand_augmented(
        same, np.zeros(200), np.random.default_rng(0), operations=1
    )
    distinct = {image.tobytes() for image in out}
    assert 15 < len(distinct) < 30  # of 14 operations nine go either way
    assert same[0].tobytes() in distinct  # the identity is one of them
    assert labels.shape == (200,)
    assert weights is None


def test_aug_mix_is_the_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_aug_mix, "OPERATIONS", (of.solarize,))
    monkeypatch.setattr(of_aug_mix, "_strengths", lambda magnitudes, signs: 0 * magnitudes[None])
    out, _, _ = aug_mixed(IMAGES, LABELS, np.random.default_rng(4), depth=2)
    again = np.random.default_rng(4)
    w, m = again.dirichlet([1.0] * 3, 3), again.beta(1.0, 1.0, 3)
    length = again.integers(1, 3, 9)  # of the chains: all images' first, then their second
    for i in range(3):
        mixed = 0.0
        for k in range(3):  # an odd number of inversions inverts
            x = 1 - IMAGES[i] if length[3 * k + i] % 2 else IMAGES[i]
            mixed = mixed + w[i, k] * x
        np.testing.assert_allclose(out[i], (1 - m[i]) * IMAGES[i] + m[i] * mixed, atol=1e-6)


def test_random_erasing_is_algorithm_1() -> None:
    x = np.repeat(IMAGES, 20, axis=0)
    out, _, _ = randomly_erased(x, np.zeros(60), np.random.default_rng(2), probability=0.5)
    again = np.random.default_rng(2)
    expected = x.copy()
    for i in np.flatnonzero(again.random(60) < 0.5):
        while True:
            size, ratio = again.uniform(0.02, 0.4) * 480, again.uniform(0.3, 1 / 0.3)
            h, w = int(np.sqrt(size * ratio)), int(np.sqrt(size / ratio))
            if 0 < h < 20 and 0 < w < 24:
                break
        r, c = again.integers(0, 20 - h + 1), again.integers(0, 24 - w + 1)
        expected[i, r : r + h, c : c + w] = again.random((h, w, 3), "float32")
    np.testing.assert_array_equal(out, expected)
    changed = (out != x).any(axis=(1, 2, 3))
    assert 15 < changed.sum() < 45


def test_random_erasing_gives_up_where_no_box_fits() -> None:
    x = np.ones((4, 1, 1, 3), "float32")
    out, _, _ = randomly_erased(x, np.zeros(4), np.random.default_rng(0), probability=1.0)
    np.testing.assert_array_equal(out, x)


def test_flips_and_shifts_are_those_of_the_function() -> None:
    batches = flip_and_shift_method(pixels=2).batches
    assert batches is not None
    out, labels, _ = batches(IMAGES, LABELS, np.random.default_rng(1))
    np.testing.assert_array_equal(out, flip_and_shift(IMAGES, np.random.default_rng(1), 2))
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    "make", [rand_augment_method, aug_mix_method, random_erasing_method, flip_and_shift_method]
)
def test_the_generator_alone_decides(make: Callable[..., Any]) -> None:
    batches = make().batches
    first, again, other = (batches(IMAGES, LABELS, np.random.default_rng(s))[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1


@pytest.mark.parametrize("batches", [rand_augmented, aug_mixed])
def test_images_that_are_not_from_0_to_1_are_refused(batches: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="Expected values from 0 to 1. Received: values from 0 to"):
        batches(255 * (IMAGES - IMAGES.min()), LABELS, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(rand_augment_method, operations=0), "whole number of at least 1"),
        (partial(rand_augment_method, magnitude=2), "magnitude=2"),
        (partial(aug_mix_method, chains=1.5), "chains=1.5"),
        (partial(aug_mix_method, severity=0), "severity=0"),
        (partial(random_erasing_method, area=(0.5, 0.2)), "`area`. Expected a range"),
        (partial(random_erasing_method, aspect=0), "aspect=0"),
        (partial(flip_and_shift_method, pixels=-1), "pixels=-1"),
    ],
)
def test_arguments_out_of_their_range_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
