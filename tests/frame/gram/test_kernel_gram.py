"""Diagonal and row sums of V by every method, against the explicit operator's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.gram.kernel_gram import kernel_gram, kernel_gram_entries
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import BACKEND, COMPILED_MODES, compiled, fewer, to_numpy
from tests.frame.gram_cases import (
    A_FEW,
    EVERY,
    EXACT,
    METHODS,
    SIDES,
    assert_rows,
    circular_gram,
    geometry_of,
    gram_of,
    layers,
    name_of,
    some_lengths,
)
from tests.operators import Layer, gram, operator


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY, ids=name_of)
def test_rows_far_from_the_borders_are_those_of_a_circular_operator(
    layer: Layer, side: str, method: str
) -> None:
    kernel = layer.random_kernel()
    found = gram_of(layer, kernel, side=side, method=method)
    assert_rows(found, circular_gram(layer, kernel, side))


@settings(max_examples=3 if BACKEND == "jax" else 150)
@given(layer=layers(), side=st.sampled_from(SIDES), seed=st.integers(0, 99))
def test_rows_of_any_layer_are_those_of_a_circular_operator_by_all_methods(
    layer: Layer, side: str, seed: int
) -> None:
    kernel = layer.random_kernel(seed)
    V = circular_gram(layer, kernel, side)
    for method in METHODS:
        assert_rows(gram_of(layer, kernel, side=side, method=method), V)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", fewer(fewer(A_FEW)), ids=name_of)
def test_rows_with_borders_are_those_of_the_operator(layer: Layer, side: str, padding: str) -> None:
    kernel, lengths = layer.random_kernel(), some_lengths(layer, more=2)
    found = gram_of(layer, kernel, side=side, input_shape=lengths, padding=padding)
    assert_rows(found, gram(operator(layer, kernel, lengths, padding), side))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("layer", EVERY, ids=name_of)
def test_chosen_rows_are_the_rows_chosen(layer: Layer, side: str, method: str) -> None:
    kernel = layer.random_kernel()
    every = gram_of(layer, kernel, side=side, method="pairs")
    size = every.diagonal.shape[-1]
    rows = np.random.default_rng(0).permutation(size)[: max(1, size - 1)].astype("int32")
    found = gram_of(layer, kernel, side=side, method=method, rows=ops.convert_to_tensor(rows))
    np.testing.assert_array_equal(found.counts, every.counts)
    for one, other in zip(found[:2], every[:2], strict=True):
        scale = np.abs(other).max()
        np.testing.assert_allclose(
            one, other[..., rows], rtol=EXACT["rtol"], atol=EXACT["atol"] * scale
        )


def test_chosen_rows_may_lie_at_borders() -> None:
    layer = Layer("convolution", (3, 2), 2, 3, (2, 1), (1, 1))
    kernel, lengths = layer.random_kernel(), some_lengths(layer)
    arguments: dict[str, Any] = {"side": "rows", "input_shape": lengths, "padding": "same"}
    every = gram_of(layer, kernel, **arguments)
    found = gram_of(layer, kernel, **arguments, rows=ops.convert_to_tensor(np.array([2, 0])))
    for one, other in zip(found[:2], every[:2], strict=True):
        np.testing.assert_allclose(one, other[..., [2, 0]], rtol=1e-6)


@pytest.mark.parametrize("mode", COMPILED_MODES)
@pytest.mark.parametrize("method", ["shifts", "fourier"])
def test_rows_are_drawn_inside_a_compiled_function(method: str, mode: str) -> None:
    layer = Layer("convolution", (3, 2), 2, 5, (2, 1), (1, 1))
    kernel, rows = layer.random_kernel().astype("float32"), np.array([1, 3], "int32")

    def radius(kernel: Any, rows: Any) -> Any:
        return kernel_gram(kernel, geometry_of(layer), side="rows", method=method, rows=rows).radius

    tensors = [ops.convert_to_tensor(array) for array in (kernel, rows)]
    found = to_numpy(compiled(radius, mode)(*tensors))
    expected = gram_of(layer, kernel, side="rows", method="pairs").radius
    np.testing.assert_allclose(found, expected[..., rows], rtol=1e-4)


def test_the_side_that_need_not_be_singular_is_the_default() -> None:
    for inputs, outputs, expected in ((2, 4, "columns"), (3, 3, "columns"), (4, 2, "rows")):
        layer = Layer("convolution", (2,), inputs, outputs, (1,), (1,))
        kernel = layer.random_kernel()
        default, given = (gram_of(layer, kernel, side=side) for side in (None, expected))
        np.testing.assert_array_equal(default.radius, given.radius)
        np.testing.assert_array_equal(default.diagonal, given.diagonal)


@pytest.mark.parametrize("dtype", fewer(["float16", "bfloat16"]))
@pytest.mark.parametrize("method", METHODS)
def test_half_precision_is_summed_in_float32(dtype: str, method: str) -> None:
    # A sum of 2049 ones: float16 and bfloat16 stop counting before that.
    kernel = ops.ones((1, 1, 2049, 1), dtype)
    found = kernel_gram(kernel, side="rows", method=method)
    assert to_numpy(found.diagonal).dtype == "float32"
    assert to_numpy(found.diagonal).item() == 2049


@pytest.mark.parametrize(
    "layer",
    [
        Layer("convolution", (7, 7), 1, 2, (1, 1), (1, 1)),
        Layer("convolution", (3, 3), 20, 24, (1, 1), (1, 1)),
        Layer("convolution", (3, 3), 20, 24, (2, 2), (1, 1)),
        Layer("depthwise", (5, 5), 6, 6, (1, 1), (1, 1)),
    ],
    ids=name_of,
)
def test_the_automatic_method_gives_the_same_rows(layer: Layer) -> None:
    kernel = layer.random_kernel()
    found, other = (gram_of(layer, kernel, method=method) for method in ("auto", "pairs"))
    np.testing.assert_allclose(found.radius, other.radius, rtol=EXACT["rtol"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"side": "left"}, r"argument `side`.*'left'"),
        ({"method": "fft"}, r"argument `method`.*'fft'"),
        ({"input_shape": (5,)}, r"argument `input_shape`.*2 spatial axes.*\(5,\)"),
        ({"input_shape": (5, 2)}, r"spans 3 pixels.*map of 2.*'valid'"),
        ({"input_shape": (5, 5), "padding": "full"}, r"argument `padding`.*'full'"),
        ({"geometry": KernelGeometry("dense")}, r"kind='dense' has rank 2.*\(3, 3, 2, 4\)"),
        ({"geometry": KernelGeometry(groups=3)}, r"argument `groups`.*groups=3.*4 outputs"),
        ({"geometry": KernelGeometry(strides=(1, 1, 1))}, r"argument `strides`.*2 spatial axes"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernel_gram(ops.ones((3, 3, 2, 4)), **arguments)


def test_what_does_not_fit_entries_is_refused() -> None:
    with pytest.raises(ValueError, match=r"argument `padding`.*'full'"):
        kernel_gram_entries(ops.ones((3, 1, 1)), input_shape=(4,), padding="full")
