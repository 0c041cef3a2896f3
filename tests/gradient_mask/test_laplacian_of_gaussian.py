"""The filter's three forms against SciPy's correlation with the kernel's second derivation."""

from __future__ import annotations

import math
from functools import partial
from itertools import product
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.gradient_mask.laplacian_of_gaussian import (
    BAND_LENGTH,
    choose_form,
    laplacian_of_gaussian,
    laplacian_of_gaussian_kernel,
)
from tests import reference
from tests.backends import BACKEND, COMPILED_MODES, compiled, fewer, run, to_numpy

FORMS = ["dense", "bands", "shifts"]
SPATIAL = [(1,), (2,), (9,), (1, 1), (1, 6), (5, 4), (8, 8), (1, 1, 1), (2, 5, 3)]


def random_maps(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def filtered(
    maps: np.ndarray, axes: tuple[int, ...], sigma: float, size: int, padding: str, zero_sum: bool
) -> np.ndarray:
    """SciPy, one map after the other, in float64."""
    kernel = reference.laplacian_of_gaussian(sigma, len(axes), size, zero_sum)
    front = np.moveaxis(maps.astype("float64"), axes, range(len(axes)))
    result = np.empty_like(front)
    for rest in np.ndindex(front.shape[len(axes) :]):
        result[(..., *rest)] = reference.filtered(front[(..., *rest)], kernel, padding)
    return np.moveaxis(result, range(len(axes)), axes)


def assert_close(found: np.ndarray, expected: np.ndarray, sigma: float, maps: np.ndarray) -> None:
    assert found.dtype == "float32"
    # The unit of rounding: the sum of |kernel| times the largest value.
    scale = max(1.0, 1 / sigma**2) * max(1.0, 1 / sigma) ** 2 * np.abs(maps).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=5e-6 * scale)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("spatial", fewer(SPATIAL))
def test_every_form_equals_scipys_correlation(spatial: tuple[int, ...], form: str) -> None:
    maps = random_maps(2, *spatial, 3)
    axes = tuple(range(1, len(spatial) + 1))
    cases = list(product([(0.7, 7), (1.0, 3), (2.0, 13)], ["reflect", "zeros"], [True, False]))

    def all_cases(maps: Any) -> list[Any]:
        return [
            laplacian_of_gaussian(
                maps, sigma, size, axes=axes, padding=padding, zero_sum=zero_sum, form=form
            )
            for (sigma, size), padding, zero_sum in cases
        ]

    for case, found in zip(cases, run(all_cases, maps), strict=True):
        (sigma, size), padding, zero_sum = case
        expected = filtered(maps, axes, sigma, size, padding, zero_sum)
        assert_close(found, expected, sigma, maps)


@pytest.mark.parametrize("mode", COMPILED_MODES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("spatial", [(9,), (1, 6), (5, 4), (2, 5, 3)])
def test_compiled_forms_equal_scipys_correlation(
    spatial: tuple[int, ...], form: str, mode: str
) -> None:
    maps = random_maps(2, *spatial, 3)
    axes = tuple(range(1, len(spatial) + 1))
    function = partial(laplacian_of_gaussian, sigma=1.2, axes=axes, form=form, padding="zeros")
    expected = filtered(maps, axes, 1.2, 9, "zeros", zero_sum=True)
    assert_close(run(function, maps, mode=mode), expected, 1.2, maps)


@settings(max_examples=3 if BACKEND == "jax" else 100)
@given(
    spatial=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    sigma=st.floats(0.4, 3),
    radius=st.integers(0, 12),
    padding=st.sampled_from(["reflect", "zeros"]),
    zero_sum=st.booleans(),
    form=st.sampled_from([*FORMS, None]),
)
def test_generated_cases_equal_scipys_correlation(
    spatial: list[int], sigma: float, radius: int, padding: str, zero_sum: bool, form: str | None
) -> None:
    maps = random_maps(2, *spatial, 2)
    axes, size = tuple(range(1, len(spatial) + 1)), 2 * radius + 1
    arguments = {"axes": axes, "padding": padding, "zero_sum": zero_sum}
    found = laplacian_of_gaussian(ops.convert_to_tensor(maps), sigma, size, form=form, **arguments)
    expected = filtered(maps, axes, sigma, size, padding, zero_sum)
    assert_close(to_numpy(found), expected, sigma, maps)


@pytest.mark.parametrize("length", [BAND_LENGTH + 1, 2 * BAND_LENGTH])
def test_long_axes_equal_scipys_correlation(length: int) -> None:
    maps = random_maps(1, length, 3, 2)
    found = run(partial(laplacian_of_gaussian, sigma=1.5), maps)
    assert_close(found, filtered(maps, (1, 2), 1.5, 11, "reflect", zero_sum=True), 1.5, maps)


@pytest.mark.parametrize("axes", [(0,), (0, 1), (2, 3), (-3, -2), (-2, -1), (1, 3), (0, 2, 3)])
@pytest.mark.parametrize("form", [None, "bands", "shifts"])
def test_any_axes_can_be_the_spatial_ones(axes: tuple[int, ...], form: str | None) -> None:
    maps = random_maps(4, 3, 5, 2)
    found = run(partial(laplacian_of_gaussian, axes=axes, form=form), maps)
    assert_close(found, filtered(maps, axes, 1.0, 7, "reflect", zero_sum=True), 1.0, maps)


@pytest.mark.parametrize("form", FORMS)
def test_sigma_can_be_a_tensor(form: str) -> None:
    maps = random_maps(2, 5, 6, 2)
    function = compiled(
        lambda maps, sigma: laplacian_of_gaussian(maps, sigma, 11, form=form),
        COMPILED_MODES[-1] if COMPILED_MODES else "eager",
    )
    for sigma in (0.5, 1.0, 1.7):  # one compiled function for all
        tensors = ops.convert_to_tensor(maps), ops.convert_to_tensor(np.float32(sigma))
        expected = filtered(maps, (1, 2), sigma, 11, "reflect", zero_sum=True)
        assert_close(to_numpy(function(*tensors)), expected, sigma, maps)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="shapes are known when the function is traced")
@pytest.mark.parametrize("form", [None, "bands", "shifts"])
@pytest.mark.parametrize("padding", ["reflect", "zeros"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_one_function_serves_every_spatial_size(rank: int, padding: str, form: str | None) -> None:
    import tensorflow as tf

    axes = tuple(range(1, rank + 1))
    function = tf.function(
        partial(laplacian_of_gaussian, axes=axes, padding=padding, form=form),
        input_signature=[tf.TensorSpec((None,) * (rank + 1) + (2,))],
    )
    for lengths in [(1, 1, 1), (5, 4, 3), (2, 7, 1)]:
        maps = random_maps(2, *lengths[:rank], 2)
        expected = filtered(maps, axes, 1.0, 7, padding, zero_sum=True)
        assert_close(to_numpy(function(maps)), expected, 1.0, maps)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("zero_sum", [True, False])
def test_impulse_response_is_the_kernel(rank: int, form: str, zero_sum: bool) -> None:
    size = 7
    impulse = np.zeros((1, *[2 * size - 1] * rank, 1), "float32")
    impulse[(0, *[size - 1] * rank, 0)] = 1.0
    axes = tuple(range(1, rank + 1))
    response = laplacian_of_gaussian(
        ops.convert_to_tensor(impulse), 1.0, size, axes=axes, form=form, zero_sum=zero_sum
    )
    middle = (0, *[slice(size // 2, -(size // 2))] * rank, 0)
    kernel = laplacian_of_gaussian_kernel(1.0, rank, size, zero_sum=zero_sum)
    np.testing.assert_allclose(to_numpy(response)[middle], kernel, atol=1e-6)


def test_half_precision_maps_are_filtered_in_float32() -> None:
    maps = ops.cast(ops.convert_to_tensor(random_maps(1, 6, 6, 2)), "float16")
    expected = filtered(to_numpy(maps), (1, 2), 1.0, 7, "reflect", zero_sum=True)
    assert_close(to_numpy(laplacian_of_gaussian(maps)), expected, 1.0, to_numpy(maps))


def test_form_follows_the_maps_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_form((8, 8), (1, 2)) == "dense"
    assert choose_form((9, 8), (1, 2)) == "bands"
    assert choose_form((4, 4), (1, 3)) == "bands"
    assert choose_form((BAND_LENGTH + 1, 1), (1, 2)) == "shifts"
    assert choose_form((ops.convert_to_tensor(4), 4), (1, 2)) == "bands"


@pytest.mark.skipif(BACKEND == "torch", reason="Keras lists no devices there")
def test_on_an_accelerator_the_exact_form_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    module = importlib.import_module("keras_lateral.gradient_mask.laplacian_of_gaussian")
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: ["cpu:0", "gpu:0"])
    monkeypatch.setattr(module, "_has_accelerator", module._has_accelerator.__wrapped__)
    assert choose_form((4, 4), (1, 2)) == "shifts"


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"sigma": -1.0}, r"`sigma`.*sigma=-1\.0"),
        ({"sigma": math.inf, "size": 7}, r"`sigma`.*sigma=inf"),
        ({"size": 6}, r"`size`.*odd.*size=6"),
        ({"form": "dense", "axes": (1, 3)}, r"`form`.*'dense', axes=\(1, 3\)"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        laplacian_of_gaussian(ops.ones((1, 4, 4, 2)), **arguments)
