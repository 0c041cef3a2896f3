"""A wrong forward pass, a wrong gradient and a wrong weight gradient are told apart."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.testing import check_gradient

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


class DoublesTheGradient(keras.layers.Layer):
    """y = x with dL/dx = 2 dL/dy in training, and the true gradient outside."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return _doubled(inputs) if training else inputs


@ops.custom_gradient
def _doubled(x: Any) -> Any:
    def backward(*args: Any, upstream: Any = None) -> Any:
        return 2 * (args[0] if upstream is None else upstream)

    return x, backward


class RoundsForward(DoublesTheGradient):
    """Off by one unit in the last place."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return super().call(inputs, training) * float(np.nextafter(np.float32(1), np.float32(2)))


def test_a_correct_formula_passes_bit_for_bit() -> None:
    check_gradient(DoublesTheGradient(), X, lambda x, g: 2 * g, rtol=0, atol=0)


def test_training_is_passed_to_the_layer() -> None:
    check_gradient(DoublesTheGradient(), X, lambda x, g: g, training=False, rtol=0, atol=0)


def test_a_wrong_gradient_is_found() -> None:
    with pytest.raises(AssertionError, match="Gradient of the inputs of DoublesTheGradient: 12 of"):
        check_gradient(DoublesTheGradient(), X, lambda x, g: g)


def test_one_wrong_value_is_found_and_located() -> None:
    def wrong_once(x: np.ndarray, g: np.ndarray) -> np.ndarray:
        expected = 2 * g
        expected[1, 2] += 1
        return expected

    with pytest.raises(AssertionError, match=r"1 of 12 values differ .* First at \(1, 2\)"):
        check_gradient(DoublesTheGradient(), X, wrong_once)


def test_a_gradient_of_another_shape_is_found_though_it_would_broadcast() -> None:
    with pytest.raises(AssertionError, match=r"expected shape \(1, 4\), found \(3, 4\)"):
        check_gradient(DoublesTheGradient(), X, lambda x, g: 2 * g[:1])


def test_a_forward_pass_off_by_one_bit_is_found() -> None:
    with pytest.raises(AssertionError, match="Forward pass of RoundsForward"):
        check_gradient(RoundsForward(), X, lambda x, g: 2 * g)


def test_a_forward_pass_of_another_dtype_is_found() -> None:
    with pytest.raises(AssertionError, match="Dtype of the forward pass"):
        check_gradient(
            DoublesTheGradient(), X, lambda x, g: g, plain=lambda x: ops.cast(x, "float16")
        )


def dense() -> tuple[keras.layers.Layer, np.ndarray]:
    layer = keras.layers.Dense(2)
    layer.build((None, 4))
    return layer, ops.convert_to_numpy(layer.kernel.value)


def test_weights_are_compared_with_their_formulas_in_order() -> None:
    layer, kernel = dense()
    check_gradient(
        layer,
        X,
        lambda x, g: g @ kernel.T,
        expected_weights=lambda x, g: [x.T @ g, g.sum(0)],
        plain=layer,
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (lambda x, g: [x.T @ g, g.mean(0)], "Gradient of the bias of Dense"),
        (lambda x, g: [2 * x.T @ g, g.sum(0)], "Gradient of the kernel of Dense"),
        (lambda x, g: [x.T @ g], "Number of weight gradients of Dense: expected 1, found 2"),
    ],
)
def test_a_wrong_weight_gradient_is_found(weights: Any, message: str) -> None:
    layer, kernel = dense()
    with pytest.raises(AssertionError, match=message):
        check_gradient(layer, X, lambda x, g: g @ kernel.T, expected_weights=weights, plain=layer)


def test_the_upstream_gradient_can_be_given_and_nan_passes_as_nan() -> None:
    upstream = np.array([[np.nan, np.inf, -np.inf, 1.0]] * 3, "float32")
    check_gradient(DoublesTheGradient(), X, lambda x, g: 2 * g, upstream=upstream, rtol=0, atol=0)
    with pytest.raises(AssertionError, match="3 of 12 values differ"):
        check_gradient(
            DoublesTheGradient(), X, lambda x, g: np.where(g != g, 0, 2 * g), upstream=upstream
        )


def test_half_precision_is_compared_in_its_own_values() -> None:
    layer = DoublesTheGradient(dtype="mixed_bfloat16")
    check_gradient(layer, X, lambda x, g: 2 * g, rtol=0, atol=0)
