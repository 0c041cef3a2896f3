import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keras_lateral import paired_difference

values = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=2, max_size=9
)


@given(values, st.sampled_from([0.8, 0.95, 0.99]))
def test_it_agrees_with_scipys_paired_t_test(pairs, confidence):
    # SciPy divides by the spread, even if that is only rounding.
    baseline, others = np.array(pairs).T
    others = others + 0.1 * np.arange(len(others)) ** 2
    d = paired_difference(baseline, others, confidence=confidence)
    expected = stats.ttest_rel(others, baseline)
    interval = expected.confidence_interval(confidence)
    if (others - baseline).std() > 1e-6:
        assert d.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
        assert d.low == pytest.approx(interval.low, rel=1e-6, abs=1e-9)
        assert d.high == pytest.approx(interval.high, rel=1e-6, abs=1e-9)
    assert d.mean == pytest.approx(np.mean(others) - np.mean(baseline), abs=1e-9)
    assert d.better == sum(b > a for a, b in zip(baseline, others, strict=True))


@given(values)
def test_no_interval_of_accuracies_goes_beyond_what_is_possible(pairs):
    baseline, others = np.array(pairs).T
    free = paired_difference(baseline, others)
    within = paired_difference(baseline, others, largest=1.0)
    assert [within.low, within.high] == np.clip([free.low, free.high], -1, 1).tolist()
    assert within.low <= within.mean <= within.high
    assert (within.mean, within.p, within.deviation) == (free.mean, free.p, free.deviation)


def test_one_pair_has_a_difference_and_no_interval():
    d = paired_difference([0.5], [0.75])
    assert d.mean == 0.25
    assert np.isnan([d.low, d.high, d.p, d.deviation]).all()


def test_equal_results_are_no_difference():
    d = paired_difference([0.5, 0.6], [0.5, 0.6])
    assert (d.mean, d.low, d.high, d.p) == (0, 0, 0, 1)


def test_equal_differences_of_coarse_values_prove_nothing():
    # Two networks, ten test images: both classify one more correctly.
    assert paired_difference([0.5, 0.6], [0.6, 0.7]).p < 1e-6
    assert paired_difference([0.5, 0.6], [0.6, 0.7], resolution=0.1).p > 0.2


def test_a_difference_that_leaves_the_pairs_out_would_miss_what_this_one_sees():
    baseline = np.array([0.2, 0.4, 0.6, 0.8])
    others = baseline + [0.010, 0.012, 0.011, 0.009]
    assert paired_difference(baseline, others).p < 0.01
    assert stats.ttest_ind(others, baseline).pvalue > 0.9


@pytest.mark.parametrize(
    ("baseline", "others", "message"),
    [
        ([0.5], [0.5, 0.6], "as many values as the baseline"),
        ([], [], "as many values as the baseline"),
        ([0.5, float("nan")], [0.5, 0.6], "Expected finite numbers"),
    ],
)
def test_what_is_no_pairs_is_refused(baseline, others, message):
    with pytest.raises(ValueError, match=message):
        paired_difference(baseline, others)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_is_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        paired_difference([0.5, 0.6], [0.6, 0.7], confidence=confidence)
