"""Gradients of scalar functions, on the backend that the tests run on."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.keras_tools.autodiff import gradients

X = np.linspace(-1, 2, 6, dtype="float32").reshape(2, 3)
W = np.linspace(3, 1, 3, dtype="float32")


def to_numpy(tensors: list) -> list[np.ndarray]:
    return [ops.convert_to_numpy(tensor) for tensor in tensors]


def test_value_and_gradients_equal_those_taken_by_hand() -> None:
    tensors = [ops.convert_to_tensor(X), ops.convert_to_tensor(W)]
    value, found = gradients(lambda x, w: ops.sum(ops.exp(x) * w), tensors)
    to_x, to_w = to_numpy(found)
    np.testing.assert_allclose(ops.convert_to_numpy(value), (np.exp(X) * W).sum(), rtol=1e-6)
    np.testing.assert_allclose(to_x, np.exp(X) * W, rtol=1e-6)
    np.testing.assert_allclose(to_w, np.exp(X).sum(axis=0), rtol=1e-6)


@pytest.mark.parametrize("used", [0, 1])
def test_a_tensor_that_the_value_does_not_depend_on_has_gradient_zero(used: int) -> None:
    tensors = [ops.convert_to_tensor(X), ops.convert_to_tensor(X)]
    _, found = gradients(lambda *tensors: ops.sum(tensors[used]), tensors)
    np.testing.assert_array_equal(to_numpy(found)[used], np.ones_like(X))
    np.testing.assert_array_equal(to_numpy(found)[1 - used], np.zeros_like(X))


def test_a_constant_has_gradient_zero() -> None:
    _, found = gradients(lambda x: ops.sum(ops.ones(2)), [ops.convert_to_tensor(X)])
    np.testing.assert_array_equal(to_numpy(found)[0], np.zeros_like(X))


def test_gradients_have_the_dtype_of_their_tensors() -> None:
    tensors = [ops.convert_to_tensor(W, dtype="float16"), ops.convert_to_tensor(W)]
    _, found = gradients(lambda a, b: ops.sum(ops.cast(a, "float32") * b), tensors)
    assert [keras.backend.standardize_dtype(g.dtype) for g in found] == ["float16", "float32"]


def test_the_tensors_given_are_left_as_they_are() -> None:
    tensor = ops.convert_to_tensor(X)
    gradients(lambda x: ops.sum(x**2), [tensor])
    np.testing.assert_array_equal(ops.convert_to_numpy(tensor), X)
    assert not getattr(tensor, "requires_grad", False)


def test_an_unknown_backend_raises_and_names_the_known_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keras.config, "backend", lambda: "numpy")
    with pytest.raises(RuntimeError, match=r"\['jax', 'tensorflow', 'torch'\], not for 'numpy'"):
        gradients(ops.sum, [ops.ones(3)])
