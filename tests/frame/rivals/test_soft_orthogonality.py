"""||W^T W - I||^2 of the filters, against NumPy."""

from functools import partial

import numpy as np
import pytest

from keras_lateral.frame.rivals.soft_orthogonality import soft_orthogonality
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.frame.gram_cases import A_FEW, geometry_of, name_of
from tests.gradient_mask.filter_cases import CASES, CLOSE, filters_of, value_and_gradient, values
from tests.operators import Layer


def distance(W: np.ndarray) -> float:
    """By the singular values: the larger Gram matrix has as many more rows with 0."""
    return float(((np.linalg.svd(W, compute_uv=False) ** 2 - 1) ** 2).sum())


@pytest.mark.parametrize("layer", CASES, ids=name_of)
def test_value_is_the_distance_of_all_groups_filters_from_orthonormal(layer: Layer) -> None:
    kernel = layer.random_kernel()
    expected = sum(map(distance, filters_of(layer, kernel)))
    function = partial(soft_orthogonality, geometry=geometry_of(layer))
    square, norm = values([function, partial(function, squared=False)], kernel)
    np.testing.assert_allclose([square, norm], [expected, expected**0.5], **CLOSE)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (2, 3, 4, 5)])
def test_gradient_is_that_of_either_gram_matrix(shape: tuple[int, ...]) -> None:
    kernel = np.random.default_rng(0).normal(size=shape)
    W = kernel.reshape(-1, shape[-1])
    of_columns = 4 * W @ (W.T @ W - np.eye(shape[-1]))
    of_rows = 4 * (W @ W.T - np.eye(len(W))) @ W
    _, gradient = value_and_gradient(soft_orthogonality, kernel)
    for expected in (of_columns, of_rows):
        np.testing.assert_allclose(gradient, expected.reshape(shape), **CLOSE)


@pytest.mark.parametrize("layer", A_FEW, ids=name_of)
def test_strides_and_dilation_do_not_matter(layer: Layer) -> None:
    kernel = layer.random_kernel()
    geometry = geometry_of(layer)
    plain = KernelGeometry(geometry.kind, groups=geometry.groups)
    one, other = values(
        [partial(soft_orthogonality, geometry=g) for g in (geometry, plain)], kernel
    )
    assert one == other


@pytest.mark.parametrize("squared", [True, False])
def test_orthonormal_filters_have_neither_penalty_nor_gradient(squared: bool) -> None:
    kernel = np.eye(4, dtype="float32").reshape(2, 2, 4)
    value, gradient = value_and_gradient(partial(soft_orthogonality, squared=squared), kernel)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)
