"""State that nothing tracks is reported, not frozen silently."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral.frame.tracked_state import is_frozen, is_shared_by_replicas, values_of
from tests.backends import BACKEND
from tests.frame.penalties import STEPS, OneSquare, Squares, calls, losses, squares

on_jax = pytest.mark.skipif(BACKEND != "jax", reason="only JAX passes state in and out")


class Untracked(layers.Layer):
    """Gives its weight a regularizer, and keeps it as an attribute only if asked to."""

    def __init__(self, regularizer: Any, keep: bool) -> None:
        super().__init__()
        self.kept = regularizer if keep else None
        self.make = lambda: regularizer

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(4, 3), regularizer=self.make(), name="kernel")

    def call(self, x: Any) -> Any:
        return ops.matmul(x, self.kernel)


def model_with(regularizer: Any, keep: bool = False) -> keras.Model:
    return keras.Sequential([keras.Input((4,)), Untracked(regularizer, keep)])


@pytest.mark.parametrize("penalty", [Squares(1.0, every=2), OneSquare(1.0)], ids=["every", "draws"])
def test_a_count_that_no_layer_tracks_is_refused_on_jax_and_kept_elsewhere(penalty: Any) -> None:
    model = model_with(penalty)
    if BACKEND != "jax":
        losses(model)
        assert calls(penalty) == STEPS
        return
    with pytest.raises(RuntimeError, match=r"counts its calls.*On JAX, make the regularizer an at"):
        losses(model)


def test_a_count_that_a_layer_tracks_is_kept() -> None:
    penalty = Squares(1.0, every=2)
    losses(model_with(penalty, keep=True))
    assert calls(penalty) == STEPS


def test_a_strength_alone_needs_no_layer_until_it_changes() -> None:
    penalty = Squares(0.5)
    model = model_with(penalty)
    (R,) = squares(model)
    np.testing.assert_allclose(losses(model), [0.5 * R], rtol=1e-5)
    if BACKEND == "jax":
        with pytest.warns(UserWarning, match="holds the earlier strength of this Squares"):
            penalty.factor = 2.0
        return
    penalty.factor = 2.0
    found = model.evaluate(np.zeros((4, 4)), np.zeros((4, 3)), verbose=0)
    np.testing.assert_allclose(found, 2 * R, rtol=1e-5)


@on_jax
def test_an_eager_gradient_counts_and_a_compiled_one_is_refused_and_leaks_no_tracer() -> None:
    import jax

    penalty, kernel = Squares(1.0, every=2, seed=0), np.ones(3, "float32")
    gradients = [np.asarray(jax.grad(penalty)(kernel)) for _ in range(2)]
    assert sorted(float(g.sum()) for g in gradients) == [0, 12]
    assert calls(penalty) == 2
    with pytest.raises(RuntimeError, match="counts its calls"):
        jax.jit(jax.grad(penalty))(kernel)
    assert calls(penalty) == 2


def test_values_outside_of_any_function_are_neither_frozen_nor_shared() -> None:
    penalty = Squares(0.5)
    assert not is_frozen(penalty.state, ops.ones(3))
    assert not is_frozen(penalty.state, keras.Variable(np.ones(3, "float32")))
    assert not is_shared_by_replicas(penalty.state)
    np.testing.assert_array_equal(values_of(penalty.state)[:2], [0.5, 0])


@pytest.mark.skipif(BACKEND == "jax", reason="its values are JAX's")
def test_a_broken_variable_is_reported_as_it_is() -> None:
    class Broken:
        @property
        def value(self) -> Any:
            raise TypeError("broken")

    with pytest.raises(TypeError, match="broken"):
        values_of(Broken())


def test_what_keras_traces_to_learn_shapes_is_not_taken_for_a_compiled_step() -> None:
    penalty = Squares(1.0, every=2)
    model = model_with(penalty, keep=True)
    model.compile(keras.optimizers.SGD(0.0), "mean_squared_error", metrics=["mae"])
    model.evaluate(np.zeros((4, 4)), np.zeros((4, 3)), verbose=0)
    assert calls(penalty) == 1
