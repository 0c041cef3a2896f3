"""Maps of a method that depends on the model change; those of an edge detector stay."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from scipy.stats import spearmanr

from keras_lateral import Saliency, saliency_randomization
from keras_lateral.saliency.randomization import rank_correlation
from tests.receptive_field.numpy_network import noise, twins


def edges(model: Any, images: np.ndarray, target: Any) -> Saliency:
    """Sees only the image."""
    return Saliency(np.abs(np.gradient(images[..., 0], axis=1)), "edges", np.zeros(len(images)))


@pytest.mark.parametrize("levels", [3, 1000])
def test_the_rank_correlation_is_that_of_scipy(levels: int) -> None:
    rng = np.random.default_rng(levels)
    for _ in range(5):
        a, b = rng.integers(levels, size=(2, 6, 7))
        np.testing.assert_allclose(rank_correlation(a, b), spearmanr(a.ravel(), b.ravel())[0])
    assert rank_correlation(np.ones(4), np.arange(4)) == 0.0


def test_layers_become_random_from_the_last_one_down_and_come_back() -> None:
    model, _ = twins()
    before = model.get_weights()
    found = saliency_randomization(model, noise())
    assert found.layers == ("head", "second", "first")
    assert found.correlations.shape == (3, 3)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert json.loads(found.to_json())["layers"] == ["head", "second", "first"]


def test_the_map_of_a_model_without_borders_is_lost() -> None:
    """Convolutions see borders less often, whatever their weights; a dense layer does not."""
    model = keras.Sequential([keras.Input((9, 8, 2)), layers.Flatten(), layers.Dense(3)])
    assert abs(saliency_randomization(model, noise()).last) < 0.3


def test_a_method_that_never_looks_at_the_model_is_detected() -> None:
    found = saliency_randomization(twins()[0], noise(), edges)
    np.testing.assert_allclose(found.correlations, 1.0)


def test_the_classes_stay_and_the_values_of_each_weight_are_shuffled() -> None:
    model, _ = twins()
    seen: list[tuple[Any, list[np.ndarray]]] = []

    def noting(model: keras.Model, images: np.ndarray, target: Any) -> Saliency:
        seen.append((target, model.get_weights()))
        maps = np.random.default_rng(len(seen)).random((len(images), 2, 2))
        return Saliency(maps, "noting", np.array([2, 1, 0]))

    saliency_randomization(model, noise(), noting)
    assert seen[0][0] is None
    for target, _ in seen[1:]:
        np.testing.assert_array_equal(target, [2, 1, 0])
    for step in (1, 2, 3):  # weights come in pairs, and the last layer's are shuffled first
        for index, (old, new) in enumerate(zip(seen[0][1], seen[step][1], strict=True)):
            np.testing.assert_array_equal(np.sort(old, axis=None), np.sort(new, axis=None))
            if index // 2 < 3 - step:
                np.testing.assert_array_equal(old, new)
            elif index % 2 == 0:  # a bias of three may be shuffled into itself
                assert not np.array_equal(old, new)


def test_weights_come_back_after_an_error() -> None:
    model, _ = twins()
    before = model.get_weights()

    def failing(model: keras.Model, images: Any, target: Any) -> Saliency:
        if target is not None:
            raise RuntimeError("in the middle")
        return Saliency(np.ones((1, 2, 2)), "failing", np.zeros(1))

    with pytest.raises(RuntimeError, match="in the middle"):
        saliency_randomization(model, noise(), failing)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_model_without_weights_is_refused() -> None:
    model = keras.Sequential([keras.Input((9, 8, 2)), layers.Flatten()])
    with pytest.raises(ValueError, match="no weights"):
        saliency_randomization(model, noise())
