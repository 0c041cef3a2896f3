"""The mask and the masked gradient against their second derivation in `tests.reference`."""

from __future__ import annotations

import importlib
from functools import partial
from itertools import product
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.ops.exact_gradients import exact_gradients
from keras_lateral.ops.gradient_mask import (
    gradient_mask,
    identity_with_gradient_mask,
    inhibition_response,
    masked_gradient,
)
from keras_lateral.ops.gradient_mask_settings import GradientMaskSettings
from keras_lateral.testing import vector_jacobian_product
from tests import reference
from tests.backends import BACKEND, COMPILED_MODES, MODES, compiled, run, to_numpy

# `keras_lateral.ops.laplacian_of_gaussian` is also the name of the function in it.
FILTERS = importlib.import_module("keras_lateral.ops.laplacian_of_gaussian")

Arguments = dict[str, Any]

RULES = [("absolute", 0.3), ("mean", 0.8), ("max", 0.3), ("quantile", 0.6)]
SCALE_FREE = [rule for rule in RULES if rule[0] != "absolute"] + [("mean", 1.0), ("max", 1.0)]
FILTERING: list[Arguments] = [
    {"inhibition": "norm"},
    *(
        {"inhibition": "log", "inhibition_padding": padding, "zero_sum": zero_sum}
        for padding, zero_sum in product(["reflect", "zeros"], [True, False])
    ),
]
VARIANTS: list[Arguments] = [
    {"threshold_mode": mode, "threshold": threshold, **filtering}
    for (mode, threshold), filtering in product(RULES, FILTERING)
]
"""Every threshold mode with every inhibition, padding and correction."""

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


def share(number: int, of: int) -> list[Arguments]:
    """Every `of`-th variant from `number` on: compiling takes a quarter of a second each."""
    return VARIANTS[number % of :: of]


COMPILED_CASES: list[tuple[tuple[int, ...], Any]] = [
    (*CASES[case], share(number, 6)) for number, case in enumerate((1, 3, 4, 7, 9, 13))
]
"""Compiled, every variant is met with one of the shapes."""


def a_gradient(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def masks(
    gradient: np.ndarray, variants: list[Arguments], mode: str = "eager", **arguments: Any
) -> list[np.ndarray]:
    """All variants in one function, which is compiled once."""

    def all_masks(g: Any) -> list[Any]:
        return [gradient_mask(g, **variant, **arguments) for variant in variants]

    return run(all_masks, gradient, mode=mode)


def assert_equals(found: np.ndarray, expected: reference.Mask, what: object = "") -> int:
    """Compares all but the ties exactly, and returns how many ties there were.

    A tie is a position whose |delta| lies within float32's rounding of the level: no second
    derivation can say what it does. On a map of two positions |delta| is the same on both, so
    there the quantile has nothing but ties; on larger maps they are rare, which is asserted.
    """
    certain = ~expected.ties
    np.testing.assert_array_equal(found[certain], expected.passes[certain], err_msg=str(what))
    return int(expected.ties.sum())


def assert_all_equal(
    found: list[np.ndarray], g: np.ndarray, variants: list[Arguments], **arguments: Any
) -> None:
    ties = positions = 0
    for mask, variant in zip(found, variants, strict=True):
        expected = reference.gradient_mask(g, **variant, **arguments)
        assert mask.shape == expected.passes.shape
        ties += assert_equals(mask, expected, variant)
        positions += mask.size
    if np.prod(g.shape[1:-1]) > 2:
        assert ties <= 2 + positions // 1000


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
@pytest.mark.parametrize("mode", [MODES[0], MODES[-1]])
@pytest.mark.parametrize("shape", [(2, 9, 2), (2, 5, 6, 2), (1, 3, 2, 4, 2)])
def test_mask_is_the_same_with_every_form_of_the_filter(
    shape: tuple[int, ...], mode: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FILTERS, "choose_form", lambda lengths, axes: form)
    g = a_gradient(shape, seed=2)
    variants = VARIANTS if mode == "eager" else share(len(shape), 9)
    found = masks(g, variants, mode, sigma=1.0, feature_sets=2)
    assert_all_equal(found, g, variants, sigma=1.0, feature_sets=2)


@pytest.mark.parametrize("shape", [(2, 6, 5), (2, 6, 4, 5), (1, 6, 3, 4, 5)])
@pytest.mark.parametrize("sets", [1, 3, "channels"])
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
    # What a half precision makes of the gradient is the gradient that arrives.
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
    arguments = {
        "sigma": sigma,
        "feature_sets": draw(st.sampled_from([*divisors, "channels"])),
        "threshold_mode": mode,
        "threshold": draw(st.floats(0, 1 if mode in {"max", "quantile"} else 2.5)),
        "inhibition_size": 2 * int(np.ceil(3 * sigma)) + 1 + 2 * draw(st.integers(0, 2)),
        **draw(st.sampled_from(FILTERING)),
    }
    g = a_gradient((draw(st.integers(1, 3)), *spatial, channels), draw(st.integers(0, 999)))
    # Gradients behind pooling and rectification have many zeros.
    if draw(st.booleans()):
        g = np.maximum(g, 0)
    return g * np.float32(10.0 ** draw(st.integers(-6, 6))), arguments


# Every new shape is compiled anew by JAX, operation by operation.
@settings(max_examples=8 if BACKEND == "jax" else 150)
@given(case=gradients_and_arguments())
def test_generated_masks_equal_their_second_derivation(case: Any) -> None:
    g, arguments = case
    (found,) = masks(g, [arguments])
    assert_equals(found, reference.gradient_mask(g, **arguments), arguments)
    (passed,) = run(lambda g: [masked_gradient(g, **arguments)], g)
    np.testing.assert_array_equal(passed, reference.masked_gradient(g, found))


@pytest.mark.parametrize("rule", SCALE_FREE)
@pytest.mark.parametrize("scale", [1e-6, 1e6, 2.0**15])
def test_scale_free_mask_does_not_change_with_the_loss(scale: float, rule: Any) -> None:
    g = a_gradient((4, 6, 6, 4))
    arguments = {"sigma": 1.0, "feature_sets": 2, "threshold_mode": rule[0], "threshold": rule[1]}
    for filtering in FILTERING:
        one, scaled = (
            masks(h, [{**arguments, **filtering}])[0] for h in (g, g * np.float32(scale))
        )
        ties = reference.gradient_mask(g, **arguments, **filtering).ties
        np.testing.assert_array_equal(one[~ties], scaled[~ties])
        if np.log2(scale).is_integer():  # no bit of the mantissa changes
            np.testing.assert_array_equal(one, scaled)


def test_absolute_mask_is_in_the_gradients_own_unit() -> None:
    g = a_gradient((2, 6, 6, 4))
    arguments: Arguments = {"sigma": 1.0, "feature_sets": 2, "threshold_mode": "absolute"}
    (one,) = masks(g, [{**arguments, "threshold": 0.3}])
    (doubled,) = masks(2 * g, [{**arguments, "threshold": 0.6}])
    (other,) = masks(2 * g, [{**arguments, "threshold": 0.3}])
    np.testing.assert_array_equal(one, doubled)
    assert (one != other).any()


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        *product([(6, 9, 4), (6, 6, 5, 4), (6, 12, 9, 4), (4, 3, 4, 3, 4)], ["eager"]),
        *product([(4, 5, 4, 4)], COMPILED_MODES),
    ],
)
def test_masks_of_half_a_batch_are_half_the_masks_of_the_batch(
    shape: tuple[int, ...], mode: str
) -> None:
    g, half = a_gradient(shape), shape[0] // 2
    variants = VARIANTS if mode == "eager" else share(1, 6)
    arguments: Arguments = {"sigma": 1.0, "feature_sets": 2}
    whole, first, second = (
        masks(part, variants, mode, **arguments) for part in (g, g[:half], g[half:])
    )
    for variant, *parts, all_of_it in zip(variants, first, second, whole, strict=True):
        ties = reference.gradient_mask(g, **variant, **arguments).ties
        assert ties.sum() <= 2
        np.testing.assert_array_equal(np.concatenate(parts)[~ties], all_of_it[~ties])


@pytest.mark.parametrize(
    ("spatial", "mode"),
    [
        *product([(7,), (5, 4), (9, 9), (3, 2, 3)], ["eager"]),
        *product([(5, 4), (9, 9)], COMPILED_MODES),
    ],
)
def test_a_set_with_nan_or_inf_passes_untouched_and_the_others_as_if_alone(
    spatial: tuple[int, ...], mode: str
) -> None:
    clean = a_gradient((5, *spatial, 4))
    dirty, untouched = clean.copy(), np.zeros((5, *[1] * len(spatial), 4), bool)
    for sample, value in enumerate([np.nan, np.inf, -np.inf], start=1):
        dirty[(sample, *(n // 2 for n in spatial), 1)] = value  # in the first of two sets
        untouched[sample, ..., :2] = True
    variants = [{**v, "threshold": 0.5} for v in (VARIANTS if mode == "eager" else share(2, 6))]
    function = compiled(
        lambda g: [masked_gradient(g, **v, sigma=1.0, feature_sets=2) for v in variants], mode
    )
    alone, found = (function(ops.convert_to_tensor(g)) for g in (clean, dirty))
    for one, other in zip(alone, found, strict=True):
        expected = np.where(untouched, dirty, to_numpy(one))
        np.testing.assert_array_equal(to_numpy(other), expected)


@pytest.mark.parametrize("mode", MODES)
def test_an_all_zero_gradient_stays_all_zero(mode: str) -> None:
    zeros = np.zeros((2, 5, 4, 4), "float32")
    variants = VARIANTS if mode == "eager" else share(0, 5)

    def passed(g: Any) -> list[Any]:
        return [masked_gradient(g, **v, sigma=1.0, feature_sets=2) for v in variants]

    for found in run(passed, zeros, mode=mode):
        np.testing.assert_array_equal(found, zeros)


@pytest.mark.parametrize("form", ["dense", "bands", "shifts"])
@pytest.mark.parametrize(
    ("spatial", "mode"),
    [
        *product([(1,), (9,), (1, 1), (4, 4), (7, 6), (2, 3, 3)], ["eager"]),
        *product([(7, 6)], COMPILED_MODES),
    ],
)
def test_a_flat_gradient_passes_whole_whatever_rounding_does(
    spatial: tuple[int, ...], form: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind global average pooling the gradient is the same everywhere: no contrast."""
    monkeypatch.setattr(FILTERS, "choose_form", lambda lengths, axes: form)
    vectors = a_gradient((8, *[1] * len(spatial), 6)) / 49
    g = np.broadcast_to(vectors, (8, *spatial, 6)).copy()
    variants = [
        {"threshold_mode": kind, "threshold": threshold, **filtering}
        for kind, threshold in SCALE_FREE
        for filtering in FILTERING
        if filtering.get("inhibition_padding") != "zeros"  # whose border is a contrast
    ][:: 1 if mode == "eager" else 4]
    for variant, mask in zip(
        variants, masks(g, variants, mode, sigma=1.0, feature_sets=2), strict=True
    ):
        assert mask.all(), variant


@settings(max_examples=5 if BACKEND == "jax" else 100)
@given(
    sigma=st.floats(0.4, 6),
    n=st.integers(1, 40),
    value=st.floats(1e-10, 1e10),
    form=st.sampled_from(["dense", "bands", "shifts"]),
)
def test_a_flat_norm_map_has_response_zero_exactly(
    sigma: float, n: int, value: float, form: str
) -> None:
    norms = ops.convert_to_tensor(np.full((1, n, 7, 1), value, "float32"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FILTERS, "choose_form", lambda lengths, axes: form)
        response = inhibition_response(norms, GradientMaskSettings(sigma=sigma))
    np.testing.assert_array_equal(to_numpy(response), np.zeros((1, n, 7, 1)))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("spatial", [(31,), (11, 1), (5, 6), (1, 41)])
def test_quantile_stops_exactly_the_positions_that_it_says(
    spatial: tuple[int, ...], share: float
) -> None:
    positions = int(np.prod(spatial))
    # Distinct norms, so that no two positions tie.
    g = np.stack([np.random.default_rng(seed).permutation(positions) + 1.0 for seed in range(6)])
    g = g.reshape(3, 2, *spatial).astype("float32")
    (mask,) = masks(
        np.moveaxis(g, 1, -1),
        [{"threshold_mode": "quantile", "threshold": share, "inhibition": "norm"}],
        feature_sets=2,
        sigma=1.0,
    )
    stopped = positions - mask.sum(axis=tuple(range(1, len(spatial) + 1)))
    # Of n positions, the share of n - 1 lie below the level, rounded up; in whole percents.
    assert (stopped == -(-round(100 * share) * (positions - 1) // 100)).all()


@pytest.mark.parametrize("variant", VARIANTS[::2])
def test_threshold_zero_is_the_identity_bit_for_bit(variant: Arguments) -> None:
    g = a_gradient((2, 5, 6, 4))
    g[0, 0, 0, 0], g[1, 2, 3, 1] = np.nan, -0.0
    arguments = {**variant, "threshold": 0.0, "sigma": 1.0, "feature_sets": 2}
    found = run(partial(masked_gradient, **arguments), g)
    np.testing.assert_array_equal(found.view("uint32"), g.view("uint32"))


def test_a_spike_passes_with_its_surround_and_the_plain_around_it_does_not() -> None:
    g = np.ones((1, 15, 15, 1), "float32")
    g[0, 7, 7, 0] = 10.0
    (mask,) = masks(g, [{"sigma": 1.0, "threshold_mode": "max", "threshold": 0.01}])
    assert mask[0, 7, 7, 0]
    assert mask[0, 7, 9, 0]
    assert not mask[0, 0, 0, 0]


def test_a_spikes_response_is_the_kernel() -> None:
    spike = np.zeros((1, 9, 9, 1), "float32")
    spike[0, 4, 4, 0] = 1.0
    response = inhibition_response(
        ops.convert_to_tensor(spike), GradientMaskSettings(sigma=1.0, inhibition_size=9)
    )
    kernel = reference.laplacian_of_gaussian(1.0, rank=2, size=9, zero_sum=True)
    # The spike is mirrored at both borders, and its images reach the outermost positions only.
    inner = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(to_numpy(response)[0, :, :, 0][inner], kernel[inner], atol=2e-5)


def test_with_inhibition_norm_the_response_is_the_norm_map_itself() -> None:
    norms = np.abs(a_gradient((2, 4, 5, 2)))
    response = inhibition_response(
        ops.convert_to_tensor(norms), GradientMaskSettings(inhibition="norm")
    )
    np.testing.assert_array_equal(to_numpy(response), norms)


def test_an_empty_batch_passes() -> None:
    empty = np.zeros((0, 4, 4, 2), "float32")
    assert run(partial(masked_gradient, feature_sets=2), empty).shape == (0, 4, 4, 2)


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
def test_a_gradient_that_can_not_be_split_into_sets_is_refused(
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
