"""What a mask does at the extremes: other scales, no contrast, no values, NaN, one position."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.gradient_mask.mask import inhibition_response, masked_gradient
from keras_lateral.gradient_mask.settings import GradientMaskSettings
from tests import reference
from tests.backends import BACKEND, COMPILED_MODES, MODES, compiled, fewer, run, to_numpy
from tests.gradient_mask.mask_cases import (
    FILTERING,
    FILTERS,
    SCALE_FREE,
    VARIANTS,
    Arguments,
    a_gradient,
    masks,
    share,
)


@pytest.mark.parametrize("rule", SCALE_FREE)
@pytest.mark.parametrize("scale", [1e-6, 1e6, 2.0**15])
def test_scale_free_mask_does_not_change_with_the_loss(scale: float, rule: Any) -> None:
    g = a_gradient((4, 6, 6, 4))
    arguments = {"sigma": 1.0, "feature_sets": 2, "threshold_mode": rule[0], "threshold": rule[1]}
    for filtering in FILTERING:
        plain, scaled = (
            masks(h, [{**arguments, **filtering}])[0] for h in (g, g * np.float32(scale))
        )
        ties = reference.gradient_mask(g, **arguments, **filtering).ties
        np.testing.assert_array_equal(plain[~ties], scaled[~ties])
        if np.log2(scale).is_integer():  # no bit of the mantissa changes
            np.testing.assert_array_equal(plain, scaled)


def test_absolute_mask_is_in_the_gradients_own_unit() -> None:
    g = a_gradient((2, 6, 6, 4))
    arguments: Arguments = {"sigma": 1.0, "feature_sets": 2, "threshold_mode": "absolute"}
    (plain,) = masks(g, [{**arguments, "threshold": 0.3}])
    (doubled,) = masks(2 * g, [{**arguments, "threshold": 0.6}])
    (other,) = masks(2 * g, [{**arguments, "threshold": 0.3}])
    np.testing.assert_array_equal(plain, doubled)
    assert (plain != other).any()


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        *product(fewer([(6, 12, 9, 4), (6, 9, 4), (4, 3, 4, 3, 4), (6, 6, 5, 4)]), ["eager"]),
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
        *product(fewer([(7,), (5, 4), (3, 2, 3), (9, 9)]), ["eager"]),
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
    for clean_mask, mask in zip(alone, found, strict=True):
        expected = np.where(untouched, dirty, to_numpy(clean_mask))
        np.testing.assert_array_equal(to_numpy(mask), expected)


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
        *product(fewer([(1,), (9,), (1, 1), (4, 4), (7, 6), (2, 3, 3)]), ["eager"]),
        *product([(7, 6)], COMPILED_MODES),
    ],
)
def test_a_flat_gradient_passes_entirely_despite_rounding(
    spatial: tuple[int, ...], form: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before global average pooling the gradient is the same everywhere: no contrast."""
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


@settings(max_examples=3 if BACKEND == "jax" else 100)
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
@pytest.mark.parametrize("spatial", fewer([(31,), (11, 1), (5, 6), (1, 41)]))
def test_quantile_stops_exactly_the_stated_share_of_positions(
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
