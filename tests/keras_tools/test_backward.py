"""The identity with a backward pass of its own."""

import numpy as np
from keras import ops

from keras_lateral.keras_tools.backward import identity_with_backward
from keras_lateral.testing import vector_jacobian_product
from tests.backends import to_numpy


def test_the_value_passes_unchanged_and_the_gradient_through_the_function() -> None:
    x = np.arange(6, dtype="float32").reshape(2, 3)
    upstream = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)

    def tripled(values):
        return identity_with_backward(values, lambda g: 3 * ops.where(g > 0, g, 0))

    np.testing.assert_array_equal(to_numpy(tripled(ops.convert_to_tensor(x))), x)
    tensors = [ops.convert_to_tensor(x)]
    (found,) = vector_jacobian_product(tripled, tensors, ops.convert_to_tensor(upstream))
    np.testing.assert_allclose(to_numpy(found), 3 * np.maximum(upstream, 0))
