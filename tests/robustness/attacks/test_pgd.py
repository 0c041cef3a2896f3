"""Many steps along the exact gradient end where they should."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import PGD
from tests.robustness.classifiers import convolutional, images, labelled, linear, masked

W = np.random.default_rng(4).normal(size=(16, 2)).astype("float32")
ZERO = np.zeros(2, "float32")


def two_classes(count: int) -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """Returns a linear model, images in (0.3, 0.7), and labels, some of which are wrong."""
    model, x = linear(W, ZERO, (4, 4, 1)), 0.3 + 0.4 * images(count, (4, 4, 1))
    y = (x.reshape(count, 16) @ W).argmax(axis=1)
    y[:2] = 1 - y[:2]
    return model, x, y


def away_from(y: np.ndarray) -> np.ndarray:
    """Returns the direction in which a linear model of two classes becomes less certain of y."""
    direction = W[:, 1] - W[:, 0]
    return np.where(y[:, None] == 0, direction, -direction).reshape(-1, 4, 4, 1)


def test_on_a_linear_model_every_start_ends_in_the_farthest_corner() -> None:
    model, x, y = two_classes(12)
    found = PGD(0.1, restarts=2).generate(model, x, y)
    np.testing.assert_array_equal(found[:2], x[:2])  # misclassified, so not attacked
    expected = np.clip(x + 0.1 * np.sign(away_from(y)), 0, 1)
    np.testing.assert_allclose(found[2:], expected[2:], atol=1e-6)


def test_in_the_l2_norm_pgd_ends_at_the_far_side_of_the_ball() -> None:
    model, x, y = two_classes(12)
    found = PGD(0.2, norm="l2", restarts=0).generate(model, x, y)
    g = away_from(y)
    expected = x + 0.2 * g / np.linalg.norm(g.reshape(12, -1), axis=1)[:, None, None, None]
    np.testing.assert_allclose(found[2:], expected[2:], atol=1e-5)


def test_in_the_l2_norm_a_step_is_cut_to_the_range_first_and_then_to_the_ball() -> None:
    x = 0.02 + 0.96 * images(12, (4, 4, 1))  # close to 0 and 1, so that many pixels are cut
    model, y = linear(W, ZERO, (4, 4, 1)), (x.reshape(12, 16) @ W).argmax(axis=1)
    g = away_from(y).reshape(12, 16)
    step = (0.4 * g / np.linalg.norm(g, axis=1)[:, None]).reshape(x.shape)

    def in_ball(y: np.ndarray) -> np.ndarray:
        change = (y - x).reshape(12, 16)
        share = np.minimum(1, 0.5 / np.linalg.norm(change, axis=1))
        return x + (share[:, None] * change).reshape(x.shape)

    documented = other = x
    for _ in range(3):
        documented = in_ball(np.clip(documented + step, 0, 1))
        other = np.clip(in_ball(other + step), 0, 1)
    found = PGD(0.5, step_size=0.4, steps=3, norm="l2", restarts=0).generate(model, x, y)
    np.testing.assert_allclose(found, documented, atol=1e-5)
    assert np.abs(documented - other).max() > 1e-2
    assert found.min() >= 0
    assert found.max() <= 1


def test_the_result_counts_images_as_documented() -> None:
    model, x, y = two_classes(12)
    result = PGD(0.1).measure(model, x, y)
    right = (x.reshape(12, 16) @ W).argmax(axis=1) == y
    worst = np.clip(x + 0.1 * np.sign(away_from(y)), 0, 1)
    still = right & ((worst.reshape(12, 16) @ W).argmax(axis=1) == y)
    assert 0 < still.sum() < right.sum() == 10
    assert result.accuracy == still.sum() / 12
    assert result.details["clean_accuracy"] == 10 / 12
    assert result.details["attack_success_rate"] == pytest.approx(1 - still.sum() / 10)
    assert result.details["attacked_images"] == 10
    assert result.details["largest_change"] == pytest.approx(0.1, abs=1e-6)
    assert result.settings["gradients"] == "exact"
    assert "adversarial-robustness-toolbox 1." in result.settings["library"]
    json.dumps([dict(result.settings), dict(result.details)])


def test_a_mask_does_not_change_the_adversarial_images() -> None:
    model, plain = masked(), convolutional()
    x, y = labelled(model, 8)
    plain.set_weights(model.get_weights())
    attack = PGD(0.1, steps=3, restarts=0)
    np.testing.assert_allclose(
        attack.generate(model, x, y), attack.generate(plain, x, y), atol=1e-6
    )


def test_the_attack_is_reproducible_and_leaves_numpys_generator_alone() -> None:
    model = convolutional()
    x, y = labelled(model, 6)
    np.random.seed(7)  # noqa: NPY002
    drawn = np.random.random(3)  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    first, other, again = (PGD(0.1, steps=1, seed=s).generate(model, x, y) for s in (0, 1, 0))
    np.testing.assert_array_equal(np.random.random(3), drawn)  # noqa: NPY002
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_epsilon_is_in_the_units_of_the_range() -> None:
    model, x, y = two_classes(12)
    scaled = linear(W / 255, ZERO, (4, 4, 1))
    small = PGD(0.1).measure(model, x, y)
    large = PGD(25.5).measure(scaled, 255 * x, y, (0, 255))
    assert small.accuracy == large.accuracy
    assert large.details["largest_change"] == pytest.approx(25.5, rel=1e-5)


def test_names_include_settings_that_are_not_the_default() -> None:
    names = [PGD(8 / 255), PGD(8 / 255, steps=20), PGD(8 / 255, restarts=0), PGD(8 / 255, 0.01)]
    names += [PGD(8 / 255, seed=3), PGD(0.5, norm="l2")]
    assert names[0].name == "pgd-linf-0.0314"
    assert len({attack.name for attack in names}) == len(names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epsilon": -0.1}, "`epsilon`. Expected a number above 0"),
        ({"epsilon": float("nan")}, "`epsilon`. Expected a number above 0"),
        ({"epsilon": 0.1, "norm": "l1"}, "`norm`. Expected one of"),
        ({"epsilon": 0.1, "steps": 0}, "`steps`. Expected an integer of at least 1"),
        ({"epsilon": 0.1, "restarts": -1}, "`restarts`. Expected an integer of at least 0"),
        ({"epsilon": 0.1, "step_size": 0.0}, "`step_size`. Expected a number above 0"),
    ],
)
def test_wrong_numbers_are_refused_at_construction(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PGD(**arguments)


@pytest.mark.parametrize(
    ("epsilon", "change", "value_range", "message"),
    [
        (8, {}, (0, 1), "`epsilon`. Expected at most 1: .*8/255"),
        (0.1, {}, (0, 0.5), "`x`. Expected values within value_range=\\(0, 0.5\\)"),
        (0.1, {}, (1, 0), "`value_range`. Expected \\(low, high\\)"),
        (0.1, {"y": np.zeros(3)}, (0, 1), "`y`. Expected 12 non-negative integers"),
        (0.1, {"y": np.full(12, 5)}, (0, 1), "`y`. Expected labels below 2"),
        (0.1, {"x": np.zeros((12, 16))}, (0, 1), "`x`. Expected one image or more"),
        (0.1, {"x": np.full((12, 4, 4, 1), np.nan)}, (0, 1), "`x`. Expected values within"),
    ],
)
def test_wrong_data_are_refused_before_the_attack(
    epsilon: float, change: Any, value_range: Any, message: str
) -> None:
    model, x, y = two_classes(12)
    data = {"x": x, "y": y, **change}
    with pytest.raises(ValueError, match=message):
        PGD(epsilon).measure(model, data["x"], data["y"], value_range)
