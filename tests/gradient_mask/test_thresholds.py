import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.gradient_mask.thresholds import below, threshold_level
from tests import reference
from tests.backends import BACKEND, MODES, run, to_numpy

RULES = [("mean", 0.5), ("mean", 2.0), ("max", 0.25), ("max", 1.0), ("quantile", 0.6)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("shape", "axes"),
    [((2, 7, 3), (1,)), ((2, 3, 7), (2,)), ((2, 4, 5, 3), (1, 2)), ((2, 3, 2, 3, 4), (2, 3, 4))],
)
def test_level_of_every_sample_and_set_is_that_of_its_own_map(
    shape: tuple[int, ...], axes: tuple[int, ...], mode: str
) -> None:
    magnitude = np.random.default_rng(0).uniform(size=shape).astype("float32")
    found = run(
        lambda m: [threshold_level(m, threshold, rule, axes) for rule, threshold in RULES],
        magnitude,
        mode=mode,
    )
    for (rule, threshold), level in zip(RULES, found, strict=True):
        flat = np.moveaxis(magnitude, axes, range(-len(axes), 0))
        expected = np.empty(flat.shape[:2])
        for index in np.ndindex(expected.shape):
            expected[index] = reference.level(flat[index].astype("float64"), threshold, rule)
        assert level.shape == tuple(1 if a in axes else n for a, n in enumerate(shape))
        np.testing.assert_allclose(level.reshape(expected.shape), expected, rtol=1e-6)


def test_absolute_level_is_the_threshold_itself() -> None:
    assert threshold_level(ops.ones((1, 3, 1)), 0.3, "absolute", (1,)) == 0.3


@pytest.mark.parametrize(("rule", "threshold"), RULES)
def test_threshold_can_be_a_tensor(rule: str, threshold: float) -> None:
    magnitude = ops.convert_to_tensor(np.random.default_rng(0).uniform(size=(2, 9, 2)), "float32")
    as_tensor = ops.convert_to_tensor(np.float32(threshold))
    from_number, from_tensor = (
        threshold_level(magnitude, t, rule, (1,)) for t in (threshold, as_tensor)
    )
    np.testing.assert_array_equal(to_numpy(from_number), to_numpy(from_tensor))


@settings(max_examples=5 if BACKEND == "jax" else 100)
@given(n=st.integers(1, 60), percent=st.integers(0, 100))
def test_quantile_is_a_response_of_the_map_with_the_stated_share_below(
    n: int, percent: int
) -> None:
    order = np.random.default_rng(n).permutation(n).astype("float32")
    magnitude = ops.convert_to_tensor(order.reshape(1, n, 1))
    level = threshold_level(magnitude, percent / 100, "quantile", (1,))
    # The values are 0 .. n - 1, so a value is the number of values below it.
    assert float(to_numpy(level).item()) == -(-percent * (n - 1) // 100)


def test_levels_are_lowered_by_rounding_but_zero_never_reaches_them() -> None:
    level = np.array([0, 1e-9, 0.5, 1, 1.5, 2, 5], "float32")
    found = to_numpy(below(ops.convert_to_tensor(level), ops.convert_to_tensor(np.float32(1))))
    np.testing.assert_array_equal(found, np.array([0, 1e-9, 0.5, 1, 1, 1, 4], "float32"))
