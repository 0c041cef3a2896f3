import numpy as np
import pytest
from scipy import stats

from keras_lateral import seeds_needed


@pytest.mark.parametrize(("size", "pairs"), [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_it_gives_the_published_sizes_of_paired_samples(size, pairs):
    """Two-sided 0.05 and power 0.8, as G*Power and Cohen's tables have them."""
    assert seeds_needed(1.0, size) == pairs


def test_so_many_pairs_see_the_effect_in_four_of_five_trials():
    generator = np.random.default_rng(0)
    n = seeds_needed(2.0, 1.5, alpha=0.01)
    d = generator.normal(1.5, 2.0, (20_000, n))
    seen = stats.ttest_1samp(d, 0, axis=1).pvalue < 0.01
    fewer = stats.ttest_1samp(d[:, :-1], 0, axis=1).pvalue < 0.01
    error = 3 * np.sqrt(0.16 / 20_000)
    assert seen.mean() > 0.8 - error
    assert fewer.mean() < 0.8 + error


def test_an_effect_far_above_the_spread_takes_two_pairs():
    assert seeds_needed(1e-6, 1.0) == 2
    assert seeds_needed(0.0, 1.0) == 2


def test_an_effect_far_below_the_spread_cannot_be_seen():
    assert seeds_needed(1.0, 1e-4) is None


@pytest.mark.parametrize("arguments", [(-1, 1), (1, 0), (float("nan"), 1)])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match="Expected deviation >= 0, effect > 0"):
        seeds_needed(*arguments)
