"""The mask and the masked gradient against their second derivation in `tests.reference`."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import exact_gradients
from keras_lateral.gradient_mask.mask import (
    gradient_mask,
    identity_with_gradient_mask,
    masked_gradient,
)
from keras_lateral.testing import vector_jacobian_product
from tests import reference
from tests.backends import BACKEND, COMPILED_MODES, MODES, compiled, fewer, run, to_numpy
from tests.gradient_mask.mask_cases import (
    FILTERING,
    FILTERS,
    RULES,
    VARIANTS,
    Arguments,
    a_gradient,
    assert_all_equal,
    assert_equals,
    masks,
    share,
)

CASES: list[tuple[tuple[int, ...], Any]] = [
    ((2, 1, 3), 3),
    ((2, 2, 4), 2),
    ((3, 7, 6), "channels"),
    ((2, 12, 6), 3),
    ((2, 1, 1, 4), 2),
    ((2, 1, 6, 4), 1),
    ((2, 2, 2, 2), "channels"),
    ((2, 5, 4, 6), 3),
    ((2, 8, 8, 4), 1),
    ((2, 9, 12, 4), 2),
    ((1, 1, 1, 1, 2), 1),
    ((1, 1, 4, 3, 4), 2),
    ((1, 3, 4, 5, 4), 4),
    ((1, 5, 4, 6, 2), 1),
]
"""Shapes and K: one to three axes; odd, even and single positions; both sides of 64 of them."""

COMPILED_CASES: list[tuple[Any, ...]] = [
    (*CASES[case], share(number, 6)) for number, case in enumerate((1, 3, 4, 7, 9, 13))
]
"""Compiled, every variant is tested on one of the shapes."""


@pytest.mark.parametrize(("shape", "sets"), CASES)
def test_mask_equals_its_second_derivation(shape: tuple[int, ...], sets: Any) -> None:
    g = a_gradient(shape)
    found = masks(g, VARIANTS, sigma=0.8, feature_sets=sets)
    assert_all_equal(found, g, VARIANTS, sigma=0.8, feature_sets=sets)


@pytest.mark.parametrize("mode", COMPILED_MODES)
@pytest.mark.parametrize(("shape", "sets", "variants"), COMPILED_CASES)
def test_compiled_mask_equals_its_second_derivation(
    shape: tuple[int, ...], sets: Any, variants: list[Arguments], mode: str
) -> None:
    g = a_gradient(shape, seed=1)
    found = masks(g, variants, mode, sigma=1.3, feature_sets=sets)
    assert_all_equal(found, g, variants, sigma=1.3, feature_sets=sets)


@pytest.mark.parametrize("form", ["dense", "bands", "shifts"])
@pytest.mark.parametrize("mode", dict.fromkeys([MODES[0], MODES[-1]]))
@pytest.mark.parametrize("shape", [(2, 9, 2), (2, 5, 6, 2), (1, 3, 2, 4, 2)])
def test_mask_is_the_same_with_every_form_of_the_filter(
    shape: tuple[int, ...], mode: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FILTERS, "choose_form", lambda lengths, axes: form)
    g = a_gradient(shape, seed=2)
    variants = VARIANTS if mode == "eager" else share(3 * len(shape) + len(form), 9)
    found = masks(g, variants, mode, sigma=1.0, feature_sets=2)
    assert_all_equal(found, g, variants, sigma=1.0, feature_sets=2)


@pytest.mark.parametrize("shape", [(2, 6, 5), (2, 6, 4, 5), (1, 6, 3, 4, 5)])
@pytest.mark.parametrize("sets", fewer([3, 1, "channels"]))
def test_channels_first_gives_the_turned_mask(shape: tuple[int, ...], sets: Any) -> None:
    g = a_gradient(shape)
    turned = np.moveaxis(g, 1, -1)
    variants = VARIANTS[::3]
    found = masks(g, variants, sigma=1.0, feature_sets=sets, data_format="channels_first")
    for mask, variant in zip(found, variants, strict=True):
        expected = reference.gradient_mask(turned, **variant, sigma=1.0, feature_sets=sets)
        assert_equals(np.moveaxis(mask, 1, -1), expected, variant)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("mode", MODES)
def test_masked_gradient_equals_its_second_derivation(
    mode: str, dtype: str, data_format: str
) -> None:
    last = data_format == "channels_last"
    g = a_gradient((2, 5, 6, 4) if last else (2, 4, 5, 6))
    # The gradient that arrives is the one rounded to half precision.
    tensor = ops.cast(ops.convert_to_tensor(g), dtype)
    turned = to_numpy(tensor) if last else np.moveaxis(to_numpy(tensor), 1, -1)
    for sets in (1, 2, "channels"):
        arguments: Arguments = {"sigma": 1.0, "feature_sets": sets, "threshold": 0.9}
        function = partial(masked_gradient, data_format=data_format, **arguments)
        result = compiled(function, mode)(tensor)
        assert keras.backend.standardize_dtype(result.dtype) == dtype
        found = to_numpy(result) if last else np.moveaxis(to_numpy(result), 1, -1)
        mask = reference.gradient_mask(turned, threshold_mode="mean", **arguments)
        assert not mask.ties.any()
        np.testing.assert_array_equal(found, reference.masked_gradient(turned, mask.passes))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(2, 9, 4), (2, 4, 5, 4), (1, 3, 4, 3, 4)])
def test_backward_pass_of_the_identity_is_the_masked_gradient(
    shape: tuple[int, ...], dtype: str, mode: str
) -> None:
    x, g = (ops.cast(ops.convert_to_tensor(a_gradient(shape, seed)), dtype) for seed in (3, 4))
    arguments: Arguments = {"sigma": 0.9, "feature_sets": 2, "threshold": 0.9}
    identity = partial(identity_with_gradient_mask, **arguments)

    def forward_and_backward(x: Any, g: Any) -> Any:
        return identity(x), vector_jacobian_product(identity, [x], g)[0]

    y, found = compiled(forward_and_backward, mode)(x, g)
    np.testing.assert_array_equal(to_numpy(y), to_numpy(x))
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    mask = reference.gradient_mask(to_numpy(g), threshold_mode="mean", **arguments)
    assert not mask.ties.any()
    expected = reference.masked_gradient(to_numpy(g), mask.passes)
    np.testing.assert_array_equal(to_numpy(found), expected)


@st.composite
def gradients_and_arguments(draw: st.DrawFn) -> tuple[np.ndarray, Arguments]:
    spatial = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    channels = draw(st.sampled_from([1, 2, 3, 4, 6]))
    divisors = [k for k in range(1, channels + 1) if channels % k == 0]
    sigma = draw(st.floats(0.4, 2.5))
    mode = draw(st.sampled_from([mode for mode, _ in RULES]))
    highest = 1 if mode in {"max", "quantile"} else 2.5
    arguments = {
        "sigma": sigma,
        "feature_sets": draw(st.sampled_from([*divisors, "channels"])),
        "threshold_mode": mode,
        # A threshold too small for float32 is 0 there, but not in the reference.
        "threshold": draw(st.floats(0, highest, width=32, allow_subnormal=False)),
        "inhibition_size": 2 * int(np.ceil(3 * sigma)) + 1 + 2 * draw(st.integers(0, 2)),
        **draw(st.sampled_from(FILTERING)),
    }
    g = a_gradient((draw(st.integers(1, 3)), *spatial, channels), draw(st.integers(0, 999)))
    # Gradients after pooling and rectification have many zeros.
    if draw(st.booleans()):
        g = np.maximum(g, 0)
    return g * np.float32(10.0 ** draw(st.integers(-6, 6))), arguments


# JAX compiles every new shape again, operation by operation.
@settings(max_examples=5 if BACKEND == "jax" else 150)
@given(case=gradients_and_arguments())
def test_generated_masks_equal_their_second_derivation(case: Any) -> None:
    g, arguments = case
    (found,) = masks(g, [arguments])
    assert_equals(found, reference.gradient_mask(g, **arguments), arguments)
    (passed,) = run(lambda g: [masked_gradient(g, **arguments)], g)
    np.testing.assert_array_equal(passed, reference.masked_gradient(g, found))


def test_inside_exact_gradients_the_identity_is_plain() -> None:
    x, g = a_gradient((1, 6, 6, 2)), ops.convert_to_tensor(a_gradient((1, 6, 6, 2), 1))
    identity = partial(identity_with_gradient_mask, threshold=1.0, threshold_mode="max")
    (masked,) = vector_jacobian_product(identity, [ops.convert_to_tensor(x)], g)
    with exact_gradients():
        (plain,) = vector_jacobian_product(identity, [ops.convert_to_tensor(x)], g)
    np.testing.assert_array_equal(to_numpy(plain), to_numpy(g))
    assert (to_numpy(masked) == 0).sum() >= 35 * 2


def test_a_symbolic_tensor_is_refused_with_the_layers_name() -> None:
    with pytest.raises(ValueError, match=r"argument `x`.*keras_lateral\.GradientMask"):
        identity_with_gradient_mask(keras.KerasTensor((None, 4, 4, 2)))


@pytest.mark.parametrize("function", [gradient_mask, masked_gradient, identity_with_gradient_mask])
def test_arguments_are_checked(function: Any) -> None:
    with pytest.raises(ValueError, match=r"argument `threshold_mode`.*'median'"):
        function(ops.ones((1, 4, 4, 2)), threshold_mode="median")


@pytest.mark.parametrize("function", [gradient_mask, masked_gradient])
@pytest.mark.parametrize(
    ("shape", "arguments", "match"),
    [
        ((1, 4, 4, 6), {"feature_sets": 4}, r"`feature_sets`.*\[1, 2, 3, 6\].*feature_sets=4"),
        ((4, 6), {}, r"`gradient`.*spatial.*\(4, 6\)"),
        ((1, 4, 4, 6), {"data_format": "NHWC"}, r"`data_format`.*'NHWC'"),
    ],
)
def test_a_gradient_that_cannot_be_split_into_sets_is_refused(
    function: Any, shape: tuple[int, ...], arguments: Arguments, match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        function(ops.ones(shape), **arguments)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="shapes are known when the function is traced")
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_one_function_serves_every_spatial_size(rank: int) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None,) * (rank + 1) + (4,))], autograph=False)
    def function(g: Any) -> list[Any]:
        return [masked_gradient(g, **v, sigma=1.0, feature_sets=2) for v in VARIANTS[::2]]

    for lengths in [(1, 1, 1), (5, 4, 3), (2, 7, 1)]:
        g = a_gradient((3, *lengths[:rank], 4))
        for found, variant in zip(function(g), VARIANTS[::2], strict=True):
            mask = reference.gradient_mask(g, **variant, sigma=1.0, feature_sets=2)
            certain = np.repeat(~mask.ties, 2, axis=-1)
            expected = reference.masked_gradient(g, mask.passes)
            np.testing.assert_array_equal(to_numpy(found)[certain], expected[certain])


@pytest.mark.parametrize("feature_sets", [1, 2, 4, "channels"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_arrays_and_lists_are_masked_as_tensors_are(feature_sets, data_format):
    gradient = np.random.default_rng(0).normal(size=(2, 4, 5, 4)).astype("float32")
    for function in (gradient_mask, masked_gradient, identity_with_gradient_mask):
        expected, array, lists = (
            function(x, data_format, feature_sets=feature_sets, threshold=0.7)
            for x in (ops.convert_to_tensor(gradient), gradient, gradient.tolist())
        )
        np.testing.assert_array_equal(to_numpy(array), to_numpy(expected))
        np.testing.assert_array_equal(to_numpy(lists), to_numpy(expected))
        assert ops.is_tensor(array)
        assert ops.is_tensor(lists)
