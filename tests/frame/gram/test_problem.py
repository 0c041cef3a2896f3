"""Every kind of kernel in one form, in a precision that allows for sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.gram.problem import at_least_float32, gram_problem
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import to_numpy
from tests.frame.gram_cases import SIDES, geometry_of, name_of
from tests.operators import Layer

LAYERS = [
    Layer("convolution", (3, 2), 4, 6, groups=2),
    Layer("depthwise", (3, 2), 2, 4),
    Layer("transposed", (3, 2), 3, 2),
    Layer("dense", (), 3, 2, (), ()),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_rows_of_v_follow_the_groups_and_summed_channels_come_last(layer: Layer, side: Any) -> None:
    kernel = layer.random_kernel().astype("float32")
    problem = gram_problem(ops.convert_to_tensor(kernel), geometry_of(layer), side)
    channels = (layer.inputs, layer.outputs)[:: 1 if side == "columns" else -1]
    n, m = (count // layer.blocks for count in channels)
    assert tuple(problem.taps.shape) == (layer.blocks, n, *layer.taps, m)
    assert problem.size == n
    np.testing.assert_array_equal(np.sort(to_numpy(problem.taps), None), np.sort(kernel, None))


def test_the_side_of_a_transposed_kernel_is_the_opposite_of_its_convolutions() -> None:
    kernel = ops.ones((3, 3, 2, 4))
    geometry = KernelGeometry("transposed")
    assert gram_problem(kernel, geometry, "columns").side == "rows"
    assert gram_problem(kernel, geometry, "rows").side == "columns"
    assert gram_problem(kernel, KernelGeometry(), "rows").side == "rows"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "int32"])
def test_everything_narrower_is_made_float32(dtype: str) -> None:
    assert to_numpy(at_least_float32(ops.ones((2,), dtype))).dtype == "float32"


def test_unknown_side_is_refused() -> None:
    with pytest.raises(ValueError, match="argument `side`.*'both'"):
        gram_problem(ops.ones((2, 2)), KernelGeometry(), "both")
