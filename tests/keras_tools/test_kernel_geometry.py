"""How a kernel is read: kinds, axes, channels, and which sides of its operator are singular."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from keras import ops

from keras_lateral.keras_tools.kernel_geometry import KernelAxis, KernelGeometry
from tests.backends import BACKEND, to_numpy
from tests.frame.gram_cases import geometry_of, layers
from tests.operators import Layer, circular_lengths, operator


@pytest.mark.parametrize(
    ("kind", "shape", "expected"),
    [
        (None, (3, 4), "dense"),
        (None, (3, 3, 4), "convolution"),
        (None, (3, 3, 3, 3, 4), "convolution"),
        ("depthwise", (3, 3, 4), "depthwise"),
        ("transposed", (3, 3, 3, 4), "transposed"),
    ],
)
def test_rank_tells_a_dense_kernel_from_a_convolution(
    kind: Any, shape: tuple[int, ...], expected: str
) -> None:
    assert KernelGeometry(kind).kind_for(shape) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "conv"}, r"argument `kind`.*'conv'"),
        ({"strides": 0}, r"argument `strides`.*strides=0"),
        ({"strides": (1, 0)}, r"argument `strides`.*\(1, 0\)"),
        ({"strides": True}, r"argument `strides`.*True"),
        ({"dilation_rate": -1}, r"argument `dilation_rate`.*-1"),
        ({"dilation_rate": 1.5}, r"argument `dilation_rate`.*1\.5"),
        ({"strides": "2"}, r"argument `strides`.*'2'"),
        ({"groups": 0}, r"argument `groups`.*groups=0"),
        ({"groups": 2.0}, r"argument `groups`.*groups=2\.0"),
        ({"groups": 2, "kind": "depthwise"}, r"`groups`.*groups=2 with kind='depthwise'"),
        ({"groups": 2, "kind": "transposed"}, r"`groups`.*groups=2 with kind='transposed'"),
    ],
)
def test_settings_out_of_their_range_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        KernelGeometry(**arguments)


@pytest.mark.parametrize(
    ("geometry", "shape", "message"),
    [
        (KernelGeometry(), (None, 3, 4), r"known sizes.*\(None, 3, 4\)"),
        (KernelGeometry("dense"), (3, 3, 4), r"'dense' has rank 2\..*\(3, 3, 4\)"),
        (KernelGeometry("convolution"), (3, 4), r"rank 3, 4 or 5.*\(3, 4\)"),
        (KernelGeometry(), (3,), r"rank 3, 4 or 5.*\(3,\)"),
        (KernelGeometry(), (2,) * 6, r"rank 3, 4 or 5"),
        (KernelGeometry(strides=(2, 2)), (3, 4, 4), r"`strides`.*the 1 spatial axes"),
        (KernelGeometry(dilation_rate=(2,)), (3, 3, 4, 4), r"`dilation_rate`.*the 2 spatial"),
        (KernelGeometry(groups=3), (3, 3, 2, 4), r"`groups`.*groups=3.*4 outputs"),
        (KernelGeometry(groups=2), (4, 4), r"`groups`.*groups=2 with kind='dense'"),
    ],
)
def test_kernels_that_do_not_fit_the_geometry_are_refused(
    geometry: KernelGeometry, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        geometry.kind_for(shape)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "stride", "dilation"), [(3, 2, 1), (1, 3, 1), (2, 1, 3)])
def test_lengths_of_a_transposed_kernel_are_those_that_keras_returns(
    size: int, stride: int, dilation: int, padding: str
) -> None:
    layer = keras.layers.Conv1DTranspose(
        2, size, strides=stride, dilation_rate=dilation, padding=padding
    )
    geometry = KernelGeometry("transposed", stride, dilation)
    found = geometry.input_lengths((size, 2, 3), (5,), padding)
    assert found == [layer.compute_output_shape((1, 5, 3))[1]]
    assert KernelGeometry().input_lengths((size, 2, 3), (5,), padding) == [5]


def test_numbers_are_for_all_axes_and_tuples_for_each() -> None:
    axes = KernelGeometry(strides=2, dilation_rate=(1, 3)).axes((5, 3, 2, 4))
    assert axes == [KernelAxis(5, 2, 1), KernelAxis(3, 2, 3)]
    assert KernelGeometry(strides=np.int64(2)).strides == 2
    assert KernelGeometry(strides=[2, 1]) == KernelGeometry(strides=(2, 1))


@pytest.mark.parametrize(
    "layer", [Layer(groups=2, inputs=4, outputs=6), Layer("depthwise", (2, 3), 3, 6)]
)
def test_kernel_is_split_into_its_groups(layer: Layer) -> None:
    kernel = layer.random_kernel().astype("float32")
    parts = to_numpy(geometry_of(layer).split(ops.convert_to_tensor(kernel)))
    whole = layer.matrix_of_tap(kernel, (1, 2)).reshape(
        layer.blocks, layer.outputs // layer.blocks, layer.blocks, layer.inputs // layer.blocks
    )
    for group, part in enumerate(parts):
        np.testing.assert_allclose(part[1, 2].T, whole[group, :, group])


@settings(max_examples=30 if BACKEND == "jax" else 150)
@given(layer=layers())
def test_side_is_singular_where_the_operator_of_random_weights_is(layer: Layer) -> None:
    W = operator(layer, layer.random_kernel(), circular_lengths(layer), "circular")
    assume(W.size < 40000)
    rank = np.linalg.matrix_rank(W)
    sides = geometry_of(layer).sides(layer.kernel_shape)
    for side, axis in (("columns", 0), ("rows", 1)):
        reached = (W != 0).any(axis).sum()
        assert sides[side].is_singular == (rank < reached)
        assert reached * sides[side].rank >= rank * sides[side].size
    default = geometry_of(layer).default_side(layer.kernel_shape)
    assert default == ("rows" if sides["columns"].is_singular else "columns")
    # With depthwise and grouped kernels too, at least one side can be regular.
    assert not sides[default].is_singular


@pytest.mark.parametrize(
    ("geometry", "shape", "expected"),
    [
        (KernelGeometry(), (3, 3, 16, 16), "columns"),
        (KernelGeometry(), (3, 3, 16, 15), "rows"),
        (KernelGeometry(strides=2), (3, 3, 16, 63), "rows"),
        (KernelGeometry(strides=2), (3, 3, 16, 64), "columns"),
        (KernelGeometry(strides=2), (1, 1, 16, 16), "columns"),  # it reads one pixel of four
        (KernelGeometry(groups=4), (3, 3, 4, 16), "columns"),
        (KernelGeometry(groups=4), (3, 3, 5, 16), "rows"),
        (KernelGeometry("depthwise"), (3, 3, 16, 1), "columns"),
        (KernelGeometry("depthwise", strides=2), (3, 3, 16, 1), "rows"),
        (KernelGeometry("transposed"), (3, 3, 16, 8), "columns"),
        (KernelGeometry("transposed"), (3, 3, 8, 16), "rows"),
        (KernelGeometry("transposed", strides=2), (3, 3, 8, 16), "columns"),
        (KernelGeometry("dense"), (10, 5), "rows"),
        (KernelGeometry("dense"), (5, 10), "columns"),
    ],
)
def test_default_side_is_that_of_the_inputs_unless_it_must_be_singular(
    geometry: KernelGeometry, shape: tuple[int, ...], expected: str
) -> None:
    assert geometry.default_side(shape) == expected
