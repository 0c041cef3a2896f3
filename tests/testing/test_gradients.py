"""Backward passes against derivatives written by hand."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.testing import layer_gradients, vector_jacobian_product

RNG = np.random.default_rng(0)


def test_product_with_a_matrix_is_that_with_its_transpose() -> None:
    a, x, g = (RNG.normal(size=s).astype("float32") for s in ((3, 4), (4,), (3,)))
    to_a, to_x = vector_jacobian_product(
        ops.matmul, [ops.convert_to_tensor(a), ops.convert_to_tensor(x)], ops.convert_to_tensor(g)
    )
    np.testing.assert_allclose(ops.convert_to_numpy(to_x), a.T @ g, rtol=1e-6)
    np.testing.assert_allclose(ops.convert_to_numpy(to_a), np.outer(g, x), rtol=1e-6)


def test_the_identity_passes_every_upstream_value_on_to_the_last_bit() -> None:
    g = np.array([2e-38, -0.0, 1e38, np.inf, np.nan, 0.1], "float32")
    (product,) = vector_jacobian_product(lambda x: x, [ops.ones(6)], ops.convert_to_tensor(g))
    np.testing.assert_array_equal(ops.convert_to_numpy(product), g)


def test_what_the_result_does_not_depend_on_gets_zeros() -> None:
    _, product = vector_jacobian_product(lambda x, y: x, [ops.ones(2), ops.ones(3)], ops.ones(2))
    np.testing.assert_array_equal(ops.convert_to_numpy(product), np.zeros(3))


def test_an_upstream_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"upstream\.shape=\(1,\)"):
        vector_jacobian_product(lambda x: x, [ops.ones(3)], ops.ones(1))


def test_a_layer_is_built_and_left_unchanged() -> None:
    layer = keras.layers.Dense(2)
    x, g = RNG.normal(size=(3, 4)).astype("float32"), RNG.normal(size=(3, 2)).astype("float32")
    to_x, (to_kernel, to_bias) = layer_gradients(layer, x, g)
    before = layer.get_weights()
    layer_gradients(layer, x, g)
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    np.testing.assert_allclose(to_x, g @ before[0].T, rtol=1e-5)
    np.testing.assert_allclose(to_kernel, x.T @ g, rtol=1e-5)
    np.testing.assert_allclose(to_bias, g.sum(0), rtol=1e-5)


def test_training_reaches_the_layer() -> None:
    layer = keras.layers.Dropout(0.5)
    g = np.ones((4, 50), "float32")
    assert set(np.unique(layer_gradients(layer, g, g, training=True)[0])) == {0.0, 2.0}
    assert set(np.unique(layer_gradients(layer, g, g, training=False)[0])) == {1.0}


def test_a_frozen_layer_has_no_weight_gradients() -> None:
    layer = keras.layers.Dense(2, trainable=False)
    assert layer_gradients(layer, np.ones((1, 3)), np.ones((1, 2)))[1] == []
