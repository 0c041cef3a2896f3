"""Deletion and insertion, against a loop pixel by pixel and curves known in closed form."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from scipy.integrate import trapezoid

from keras_lateral import Saliency, deletion_curve, insertion_curve
from keras_lateral.keras_tools.scores import class_probabilities
from tests.receptive_field.numpy_network import noise, twins

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 5, 2)).astype("float32")
W = RNG.normal(size=(4, 5, 2)).astype("float32")


def linear() -> keras.Model:
    """Two classes with the logits 0 and w x + 0.3: p_1 is a logistic function of w x."""
    model = keras.Sequential([keras.Input((4, 5, 2)), layers.Flatten(), layers.Dense(2)])
    kernel = np.stack([np.zeros(40), W.ravel()], axis=1)
    model.set_weights([kernel, np.array([0.0, 0.3])])
    return model


def order_by_hand(map_: np.ndarray) -> list[tuple[int, int]]:
    places = list(np.ndindex(*map_.shape))
    return sorted(places, key=lambda place: -map_[place])  # a stable sort, row by row


@pytest.mark.parametrize("kind", ["deletion", "insertion"])
def test_the_curve_of_a_linear_model_is_a_logistic_function_of_what_is_left(kind: str) -> None:
    maps = RNG.integers(0, 6, size=(3, 4, 5)).astype("float64")  # with ties
    curve = deletion_curve if kind == "deletion" else insertion_curve
    found = curve(linear(), X, maps, 1, steps=20, baseline=0.0)
    expected = np.zeros((3, 21))
    for image in range(3):
        shares = (W * X[image]).sum(axis=-1)
        gone = np.cumsum([0.0] + [shares[place] for place in order_by_hand(maps[image])])
        left = gone[-1] - gone if kind == "deletion" else gone
        expected[image] = 1 / (1 + np.exp(-(left + 0.3)))
    assert found.kind == kind
    np.testing.assert_allclose(found.shares, np.arange(21) / 20)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-4)
    np.testing.assert_allclose(found.area, trapezoid(expected, found.shares), rtol=1e-4)


@pytest.mark.parametrize("steps", [7, 72])
def test_the_curve_is_that_of_a_loop_that_changes_one_pixel_at_a_time(steps: int) -> None:
    model, _ = twins()
    x, map_ = noise(1), RNG.normal(size=(1, 9, 8))
    image, mean = x.copy(), x[0].mean(axis=(0, 1))
    images = [image.copy()]
    for row, column in order_by_hand(map_[0]):
        image[0, row, column] = mean
        images.append(image.copy())
    p = class_probabilities(model, np.concatenate(images))[:, 2]
    found = deletion_curve(model, x, map_, 2, steps=steps)
    at = np.round(found.shares * 72).astype(int)
    assert (len(at), at[0], at[-1]) == (steps + 1, 0, 72)
    np.testing.assert_allclose(found.scores[0], p[at], rtol=1e-5, atol=1e-6)


def test_the_order_by_contribution_has_the_smallest_area_of_all_orders() -> None:
    model = linear()
    best = (W * X).sum(axis=-1)
    least = deletion_curve(model, X, best, 1, baseline=0.0).area
    most = insertion_curve(model, X, best, 1, baseline=0.0).area
    for _ in range(5):
        other = RNG.normal(size=best.shape)
        assert (deletion_curve(model, X, other, 1, baseline=0.0).area > least).all()
        assert (insertion_curve(model, X, other, 1, baseline=0.0).area < most).all()


def test_a_saliency_provides_its_classes_and_its_method() -> None:
    maps, target = RNG.normal(size=(3, 4, 5)), np.array([1, 0, 1])
    record = Saliency(maps, "mine", target)
    found = insertion_curve(linear(), X, record, steps=4)
    plain = insertion_curve(linear(), X, maps, target, steps=4)
    np.testing.assert_array_equal(found.target, target)
    np.testing.assert_array_equal(found.scores, plain.scores)
    assert found.settings == {"steps": 4, "baseline": "blur", "method": "mine", "blur": 1.0}
    predicted = deletion_curve(linear(), X, maps, steps=4)
    np.testing.assert_array_equal(predicted.target, class_probabilities(linear(), X).argmax(1))


def test_images_with_the_channels_first_have_the_same_curve() -> None:
    first = keras.Sequential([keras.Input((2, 4, 5)), layers.Permute((2, 3, 1)), linear()])
    maps = RNG.normal(size=(3, 4, 5))
    found = deletion_curve(first, np.moveaxis(X, -1, 1), maps, 1, data_format="channels_first")
    expected = deletion_curve(linear(), X, maps, 1)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5)


def test_images_that_are_the_baseline_already_warn() -> None:
    with pytest.warns(UserWarning, match="No probability changed"):
        deletion_curve(linear(), np.ones_like(X), np.zeros((3, 4, 5)), baseline=1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 21}, "`steps`. Expected a number from 1 to 20"),
        ({"steps": 0}, "`steps`"),
        ({"maps": np.zeros((3, 4, 4))}, r"`maps`. Expected shape \(3, 4, 5\)"),
        ({"maps": np.full((3, 4, 5), np.nan)}, "`maps`. Expected finite"),
        ({"target": 2}, "`target`"),
        ({"baseline": "noise"}, "`baseline`"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    given = {"model": linear(), "images": X, "maps": np.zeros((3, 4, 5))} | arguments
    with pytest.raises(ValueError, match=message):
        deletion_curve(**given)
