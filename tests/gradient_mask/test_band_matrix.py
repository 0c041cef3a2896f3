import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from scipy import ndimage

from keras_lateral.gradient_mask.gaussian import band_matrices, reflect
from tests.backends import BACKEND, to_numpy

PADDING = {"reflect": "mirror", "zeros": "constant"}


@given(length=st.integers(1, 12), before=st.integers(0, 30), after=st.integers(0, 30))
def test_reflected_indices_read_what_numpy_pads(length: int, before: int, after: int) -> None:
    padded = np.pad(np.arange(length), (before, after), mode="reflect")
    index = np.arange(-before, length + after)
    np.testing.assert_array_equal(reflect(index, length), padded)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_reflected_indices_are_the_same_as_tensors(length: int) -> None:
    index = np.arange(-9, length + 9, dtype="int32")
    found = reflect(ops.convert_to_tensor(index), ops.convert_to_tensor(np.int32(length)), ops)
    np.testing.assert_array_equal(to_numpy(found), reflect(index, length))


@pytest.mark.parametrize("padding", list(PADDING))
@pytest.mark.parametrize("length", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1, 3, 7, 13])
def test_products_with_the_matrices_are_the_filters(size: int, length: int, padding: str) -> None:
    rng = np.random.default_rng(size)
    taps, line = (rng.normal(size=n).astype("float32") for n in [(2, size), (length,)])
    matrices = to_numpy(band_matrices(ops.convert_to_tensor(taps), length, padding))
    assert matrices.dtype == "float32"
    for number in range(2):
        expected = ndimage.correlate1d(line.astype("float64"), taps[number], mode=PADDING[padding])
        np.testing.assert_allclose(matrices[:, number] @ line, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(BACKEND == "torch", reason="lengths are always known there")
def test_matrices_are_the_same_for_a_length_known_only_at_run_time() -> None:
    taps = np.arange(5, dtype="float32")[None]
    length = ops.convert_to_tensor(np.int32(4))
    for padding in PADDING:
        tensor = ops.convert_to_tensor(taps)
        known, unknown = (to_numpy(band_matrices(tensor, n, padding)) for n in (4, length))
        np.testing.assert_array_equal(known, unknown)
        np.testing.assert_array_equal(known, band_matrices(taps, 4, padding))


def test_zeros_lie_outside_when_padding_is_zeros() -> None:
    matrix = band_matrices(np.ones((1, 3), "float32"), 3, "zeros")[:, 0]
    np.testing.assert_array_equal(matrix, [[1, 1, 0], [1, 1, 1], [0, 1, 1]])


def test_the_position_after_the_border_is_read_twice_when_padding_is_reflect() -> None:
    matrix = band_matrices(np.ones((1, 3), "float32"), 3, "reflect")[:, 0]
    np.testing.assert_array_equal(matrix, [[1, 2, 0], [1, 1, 1], [0, 2, 1]])
