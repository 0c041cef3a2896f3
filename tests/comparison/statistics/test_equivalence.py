import numpy as np
import pytest
from scipy import stats

from keras_lateral import PairedDifference, equivalence_p, paired_difference
from keras_lateral.comparison.statistics.equivalence import is_within

pytestmark = pytest.mark.home


@pytest.mark.parametrize("mean", [-0.02, 0.0, 0.004])
@pytest.mark.parametrize("effect", [0.005, 0.02])
def test_it_is_the_larger_p_of_two_one_sided_tests(mean, effect):
    d = np.random.default_rng(0).normal(mean, 0.01, 8)
    found = equivalence_p(paired_difference(np.zeros(8), d), effect)
    above = stats.ttest_1samp(d, -effect, alternative="greater").pvalue
    below = stats.ttest_1samp(d, effect, alternative="less").pvalue
    assert found == pytest.approx(max(above, below))


@pytest.mark.parametrize("effect", [0.003, 0.006, 0.01, 0.03])
def test_two_tests_at_half_the_level_reject_where_the_interval_is_within(effect):
    for seed in range(20):
        d = paired_difference(np.zeros(6), np.random.default_rng(seed).normal(0, 0.005, 6))
        assert is_within(d, effect) == (equivalence_p(d, effect) <= 0.025)


def test_a_difference_at_the_edge_of_the_band_is_called_equal_in_few_comparisons():
    generator = np.random.default_rng(1)
    d = generator.normal(0.01, 0.002, (2000, 5))
    called = [is_within(paired_difference(np.zeros(5), row), 0.01) for row in d]
    assert np.mean(called) < 0.025 + 3 * np.sqrt(0.025 / 2000)


def test_one_pair_proves_nothing():
    one = paired_difference([0.5], [0.5])
    assert np.isnan(equivalence_p(one, 0.1))
    assert not is_within(one, 0.1)


def test_equal_values_are_equal_and_an_unknown_error_proves_nothing():
    assert equivalence_p(paired_difference([0.5, 0.6], [0.5, 0.6]), 0.1) == 0
    unknown = PairedDifference(0.0, -1, 1, 5, 0.1, 2, 1.0, error=np.inf, degrees=0.0)
    assert equivalence_p(unknown, 0.1) == 0.5


@pytest.mark.parametrize("effect", [0, -0.1, float("nan")])
def test_an_effect_is_above_0(effect):
    with pytest.raises(ValueError, match="argument `effect`. Expected a number above 0"):
        equivalence_p(paired_difference([0.5, 0.6], [0.5, 0.7]), effect)
