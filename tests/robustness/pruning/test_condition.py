"""Accuracy is that of a pruned copy, and the model is restored bit for bit."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import Pruned, evaluate, prune
from tests.backends import BACKEND, to_numpy

RNG = np.random.default_rng(0)
X = RNG.random((64, 4, 4, 1)).astype("float32")
Y = RNG.integers(0, 3, 64)
CASES: list[dict[str, Any]] = [
    {},
    {"scope": "layer"},
    {"structure": "filters"},
    {"layers": ("dense",)},
]


def new_model() -> keras.Model:
    keras.utils.set_random_seed(3)
    conv = layers.Conv2D(4, 3, activation="relu", name="conv", bias_initializer="normal")
    dense = layers.Dense(3, name="dense")
    return keras.Sequential([keras.Input((4, 4, 1)), conv, layers.Flatten(), dense])


def weights(model: keras.Model) -> list[np.ndarray]:
    return [to_numpy(v.value).copy() for v in model.weights]


def assert_same(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array.view("uint32"), other.view("uint32"))


@pytest.mark.parametrize("arguments", CASES)
def test_accuracy_is_that_of_a_copy_pruned_by_prune(arguments: dict[str, Any]) -> None:
    model, copy = new_model(), new_model()
    model.get_layer("conv").kernel.assign(-0.0 * copy.get_layer("conv").kernel)
    model.set_weights(copy.get_weights())
    before = weights(model)
    condition = Pruned(0.5, **arguments)
    result = evaluate(model, (X, Y), [condition]).results[0]
    prune(copy, 0.5, **{k: list(v) if k == "layers" else v for k, v in arguments.items()})
    expected = np.argmax(copy.predict(X, verbose=0), axis=1) == Y
    assert result.accuracy == expected.mean()
    assert_same(weights(model), before)
    assert model.get_layer("dense").kernel.constraint is None
    assert json.loads(json.dumps(result.settings)) == condition.settings()
    assert result.details["weights"] >= result.details["zeros"] > 0


def test_weights_are_restored_when_measuring_fails() -> None:
    model = new_model()
    model.get_layer("conv").kernel.assign(-0.0 * model.get_layer("conv").kernel)  # signed zeros
    model.get_layer("dense").bias.assign(np.full(3, np.inf))
    before = weights(model)
    with pytest.raises(ValueError, match="not finite"):
        Pruned(0.9).measure(model, X, Y, (0, 1))
    assert_same(weights(model), before)


def test_a_compiled_model_that_was_pruned_before_can_train_on() -> None:
    model = new_model()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    prune(model, 0.3)
    model.fit(X, Y, verbose=0)
    before = weights(model)
    Pruned(0.8).measure(model, X, Y, (0, 1))
    assert_same(weights(model), before)
    model.fit(X, Y, verbose=0)
    zero = [int((after == 0).sum()) for after in weights(model)]
    assert zero == [int((values == 0).sum()) for values in before]


@pytest.mark.skipif(BACKEND != "tensorflow", reason="no tensors are computed")
def test_different_settings_have_different_names() -> None:
    names = [Pruned(0.8, **arguments).name for arguments in CASES]
    assert names == ["pruned-0.8", "pruned-0.8-layer", "pruned-0.8-filters", "pruned-0.8-dense"]


def test_wrong_settings_are_refused_at_construction() -> None:
    with pytest.raises(ValueError, match="`sparsity`"):
        Pruned(1.5)
    with pytest.raises(ValueError, match="`scope`"):
        Pruned(0.5, scope="all")  # type: ignore[arg-type]
