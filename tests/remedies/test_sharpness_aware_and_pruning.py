"""Sharpness-aware minimization of a pruned model: in any order, and against NumPy."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import minimize_sharpness, prune, remove_pruning
from tests.backends import to_numpy
from tests.remedies.test_sharpness_aware import X, Y, loss_and_gradients, moved, softmax_model

RHO, RATE = 0.3, 0.2


def pruned(model: keras.Model) -> keras.Model:
    prune(model, 0.4)
    return model


def pruned_more(model: keras.Model) -> keras.Model:
    prune(model, 0.6)
    return model


def sharp(model: keras.Model) -> keras.Model:
    return minimize_sharpness(model, RHO)


def trained(model: keras.Model) -> keras.Model:
    model.train_on_batch(X, Y)
    return model


ORDERS: dict[str, list[Callable[[Any], Any]]] = {
    "pruned first": [pruned, sharp],
    "sharp first": [sharp, pruned],
    "pruned first, trained between": [pruned, trained, sharp],
    "sharp first, trained between": [sharp, trained, pruned],
    "pruned again": [pruned, sharp, trained, pruned_more],
}


def steps(w: list[np.ndarray], mask: np.ndarray, count: int = 2) -> list[np.ndarray]:
    """The second derivation: weights that are pruned are no weights, so nothing moves them."""
    for _ in range(count):
        data = X.astype("float64"), Y, np.ones(12)
        _, (kernel, bias) = loss_and_gradients(w, *data)
        _, g = loss_and_gradients(moved(w, [mask * kernel, bias], RHO), *data)
        w = [mask * (w[0] - RATE * g[0]), w[1] - RATE * g[1]]
    return w


def assert_steps_are_those_of_numpy(model: keras.Model, mask: np.ndarray) -> None:
    w = [np.asarray(value, "float64") for value in model.get_weights()]
    for _ in range(2):
        model.train_on_batch(X, Y)
    for found, expected in zip(model.get_weights(), steps(w, mask), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("order", ORDERS)
def test_in_any_order_the_steps_are_those_of_numpy_and_zeros_hold(order: str) -> None:
    model = softmax_model(keras.optimizers.SGD(RATE))
    for change in ORDERS[order]:
        change(model)
    mask = to_numpy(model.layers[0].kernel) != 0
    assert mask.sum() == (6 if pruned_more in ORDERS[order] else 9)
    assert_steps_are_those_of_numpy(model, mask)
    np.testing.assert_array_equal(to_numpy(model.layers[0].kernel) != 0, mask)
    with pytest.raises(ValueError, match="does not yet train with sharpness-aware"):
        sharp(model)


@pytest.mark.parametrize("order", ORDERS)
def test_without_the_pruning_all_weights_train_with_sharpness_again(order: str) -> None:
    model = softmax_model(keras.optimizers.SGD(RATE))
    for change in ORDERS[order]:
        change(model)
    model.train_on_batch(X, Y)
    held = model.train_function  # its compiled code must not be found again
    remove_pruning(model)
    assert_steps_are_those_of_numpy(model, np.ones((5, 3)))
    assert np.count_nonzero(to_numpy(model.layers[0].kernel)) == 15
    assert held is not model.train_function
