"""Both halves of the backward pass against gradients computed separately."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.gradient_mask.mask import masked_gradient
from keras_lateral.gradient_mask.split_backward import split_backward
from keras_lateral.testing import vector_jacobian_product
from tests.backends import BACKEND, MODES, compiled, to_numpy

MASK = {"sigma": 1.0, "feature_sets": 2, "threshold": 1.0}


def tensor(*shape: int, seed: int = 0) -> Any:
    values = np.random.default_rng(seed).normal(size=shape).astype("float32")
    return ops.convert_to_tensor(values)


def convolution(x: Any, kernel: Any, bias: Any) -> Any:
    return ops.relu(ops.conv(x, kernel, padding="same") + bias)


def separable(x: Any, depthwise: Any, pointwise: Any, bias: Any) -> Any:
    return ops.separable_conv(x, depthwise, pointwise, padding="valid") + bias


CASES = [
    (convolution, (2, 6, 5, 3), [(3, 3, 3, 4), (4,)]),
    (convolution, (2, 9, 3), [(3, 3, 4), (4,)]),
    (separable, (2, 7, 6, 3), [(3, 3, 3, 2), (1, 1, 6, 4), (4,)]),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("function", "x_shape", "weight_shapes"), CASES)
def test_both_halves_equal_gradients_computed_separately(
    function: Any, x_shape: tuple[int, ...], weight_shapes: list[tuple[int, ...]], mode: str
) -> None:
    x, *weights = (tensor(*shape, seed=i) for i, shape in enumerate([x_shape, *weight_shapes]))
    y = function(x, *weights)
    g = tensor(*y.shape, seed=9)

    def transform(g: Any) -> Any:
        return masked_gradient(g, **MASK)

    def split(x: Any, *weights: Any) -> Any:
        return split_backward(function, x, weights, transform)

    def forward_and_backward(g: Any, *inputs: Any) -> Any:
        return split(*inputs), vector_jacobian_product(split, inputs, g)

    def separately(g: Any, *inputs: Any) -> Any:
        whole = vector_jacobian_product(function, inputs, g)
        masked = vector_jacobian_product(function, inputs, transform(g))
        return function(*inputs), [whole[0], *masked[1:]]

    found, expected = (
        compiled(f, mode)(g, x, *weights) for f in (forward_and_backward, separately)
    )
    np.testing.assert_array_equal(to_numpy(found[0]), to_numpy(expected[0]))
    for gradient, other in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(to_numpy(gradient), to_numpy(other), rtol=1e-5, atol=1e-5)
    # The transform changes something, and the input's half does not see it.
    masked = vector_jacobian_product(function, [x, *weights], transform(g))
    assert np.abs(to_numpy(masked[0]) - to_numpy(found[1][0])).max() > 0.1


@pytest.mark.parametrize("mode", MODES)
def test_with_the_identity_it_is_the_ordinary_backward_pass(mode: str) -> None:
    inputs = [tensor(2, 4, 4, 3), tensor(3, 3, 3, 2, seed=1), tensor(2, seed=2)]
    g = tensor(2, 4, 4, 2, seed=3)

    def split(*inputs: Any) -> Any:
        return split_backward(convolution, inputs[0], inputs[1:], lambda g: g)

    for gradient, other in zip(
        compiled(lambda g, *t: vector_jacobian_product(split, t, g), mode)(g, *inputs),
        compiled(lambda g, *t: vector_jacobian_product(convolution, t, g), mode)(g, *inputs),
        strict=True,
    ):
        np.testing.assert_allclose(to_numpy(gradient), to_numpy(other), rtol=1e-6, atol=1e-6)


def test_half_precision_stays_half_precision() -> None:
    inputs = [ops.cast(tensor(3, seed=seed), "bfloat16") for seed in (0, 1)]
    g = tensor(3, seed=2)
    to_x, to_w = vector_jacobian_product(
        lambda x, w: split_backward(ops.multiply, x, [w], lambda g: 2 * g), inputs, g
    )
    x, w = (to_numpy(value) for value in inputs)
    assert {keras.backend.standardize_dtype(t.dtype) for t in (to_x, to_w)} == {"bfloat16"}
    np.testing.assert_allclose(to_numpy(to_x), w * to_numpy(g), rtol=0.02)
    np.testing.assert_allclose(to_numpy(to_w), 2 * x * to_numpy(g), rtol=0.02)


def test_an_input_or_a_weight_that_is_not_used_has_no_gradient() -> None:
    x, w, g = tensor(3), tensor(3, seed=1), tensor(3, seed=2)

    def of_input(x: Any, w: Any) -> Any:
        return split_backward(lambda x, w: 3 * x, x, [w], lambda g: 2 * g)

    def of_weight(x: Any, w: Any) -> Any:
        return split_backward(lambda x, w: 3 * w, x, [w], lambda g: 2 * g)

    to_x, to_w = (to_numpy(t) for t in vector_jacobian_product(of_input, [x, w], g))
    np.testing.assert_allclose(to_x, 3 * to_numpy(g), rtol=1e-6)
    np.testing.assert_array_equal(to_w, 0)
    to_x, to_w = (to_numpy(t) for t in vector_jacobian_product(of_weight, [x, w], g))
    np.testing.assert_array_equal(to_x, 0)
    np.testing.assert_allclose(to_w, 6 * to_numpy(g), rtol=1e-6)


def test_without_weights_the_input_gets_the_whole_gradient() -> None:
    x, g = tensor(3), tensor(3, seed=2)
    (to_x,) = vector_jacobian_product(
        lambda x: split_backward(lambda x: x * x, x, [], lambda g: 0 * g), [x], g
    )
    np.testing.assert_allclose(to_numpy(to_x), 2 * to_numpy(x) * to_numpy(g), rtol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="only torch asks each tensor for its gradient")
class TestTorch:
    def test_tensors_that_need_no_gradient_get_none(self) -> None:
        x, frozen, w = tensor(3), tensor(3, seed=1), tensor(3, seed=2).requires_grad_()
        y = split_backward(lambda x, a, b: x * a * b, x, [frozen, w], lambda g: 2 * g)
        y.sum().backward()
        assert x.grad is None
        assert frozen.grad is None
        np.testing.assert_allclose(to_numpy(w.grad), 2 * to_numpy(x * frozen), rtol=1e-6)

    def test_without_tensors_that_need_one_the_result_needs_none_either(self) -> None:
        assert not split_backward(ops.multiply, tensor(3), [tensor(3)], abs).requires_grad

    def test_a_retained_graph_can_be_used_again(self) -> None:
        x, w = tensor(3).requires_grad_(), tensor(3, seed=1).requires_grad_()
        y = split_backward(ops.multiply, x, [w], lambda g: 2 * g).sum()
        y.backward(retain_graph=True)
        y.backward()
        np.testing.assert_allclose(to_numpy(x.grad), 2 * to_numpy(w), rtol=1e-6)
        np.testing.assert_allclose(to_numpy(w.grad), 4 * to_numpy(x), rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_second_derivatives_are_those_of_the_function(mode: str) -> None:
    """As a penalty on the gradient needs them: d/dx and d/dw of sum(dL/dx), L = sum(x^3 w)."""
    x, w = tensor(3), tensor(3, seed=1)

    def split(x: Any, w: Any) -> Any:
        return split_backward(lambda x, w: x**3 * w, x, [w], lambda g: 2 * g)

    found = [to_numpy(t) for t in compiled(partial(second_derivatives, split), mode)(x, w)]
    x, w = to_numpy(x), to_numpy(w)
    np.testing.assert_allclose(found[0], 6 * x * w, rtol=1e-5)
    np.testing.assert_allclose(found[1], 3 * x**2, rtol=1e-5)


def second_derivatives(function: Any, x: Any, w: Any) -> Any:
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as outer:
            outer.watch([x, w])
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = function(x, w)
            first = inner.gradient(y, x)
        return outer.gradient(first, [x, w])
    if BACKEND == "jax":
        import jax

        def first_sum(x: Any, w: Any) -> Any:
            return jax.grad(lambda x: function(x, w).sum())(x).sum()

        return jax.grad(first_sum, argnums=(0, 1))(x, w)
    import torch

    x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
    (first,) = torch.autograd.grad(function(x, w).sum(), x, create_graph=True)
    return torch.autograd.grad(first.sum(), [x, w])


def test_an_unknown_backend_raises_and_names_the_known_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keras.config, "backend", lambda: "numpy")
    with pytest.raises(RuntimeError, match=r"'torch'\], not for 'numpy'.*scope=\"all\""):
        split_backward(ops.multiply, ops.ones(3), [ops.ones(3)], abs)
