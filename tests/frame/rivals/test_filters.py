"""The filters of each kind of layer."""

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.rivals.filters import filters, filters_shape
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import to_numpy
from tests.frame.gram_cases import geometry_of, name_of
from tests.gradient_mask.filter_cases import CASES, filters_of
from tests.operators import Layer


@pytest.mark.parametrize("layer", CASES, ids=name_of)
def test_columns_are_the_filters_of_each_group(layer: Layer) -> None:
    kernel = layer.random_kernel().astype("float32")
    found = to_numpy(filters(ops.convert_to_tensor(kernel), geometry_of(layer)))
    np.testing.assert_array_equal(found, np.stack(filters_of(layer, kernel)))
    assert found.shape == filters_shape(kernel.shape, geometry_of(layer))


@pytest.mark.parametrize(("dtype", "wide"), [("float16", "float32"), ("float32", "float32")])
def test_half_precision_is_widened(dtype: str, wide: str) -> None:
    assert str(to_numpy(filters(ops.ones((3, 2, 4), dtype))).dtype) == wide


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`groups`.*groups=3"):
        filters(ops.ones((3, 3, 2, 4)), KernelGeometry(groups=3))
