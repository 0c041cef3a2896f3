"""The statistics of a comparison equal those of statsmodels, where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from keras_lateral import adjust_for_many, paired_difference, seeds_needed

pytestmark = pytest.mark.home


@pytest.mark.parametrize("seeds", [2, 5, 30])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_paired_differences_have_the_interval_and_p_of_a_t_test(seeds, confidence):
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    baseline, values = np.random.default_rng(seeds).normal(0.5, 0.1, (2, seeds))
    ours = paired_difference(baseline, values, confidence=confidence)
    theirs = weightstats.DescrStatsW(values - baseline)
    np.testing.assert_allclose((ours.low, ours.high), theirs.tconfint_mean(1 - confidence))
    np.testing.assert_allclose(ours.p, theirs.ttest_mean()[1])
    np.testing.assert_allclose((ours.mean, ours.deviation), (theirs.mean, theirs.std_ddof(1)))


@pytest.mark.parametrize("methods", [1, 2, 7, 40])
def test_p_values_are_adjusted_as_by_holm(methods):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(methods).uniform(size=methods) ** 3
    p[: methods // 2] = p[0]  # ties
    np.testing.assert_allclose(adjust_for_many(p), multitest.multipletests(p, method="holm")[1])


@pytest.mark.parametrize("effect", [0.05, 0.3, 0.8, 2.0])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.01, 0.95)])
def test_the_seeds_needed_have_the_power_and_one_fewer_has_not(effect, alpha, power):
    test = pytest.importorskip("statsmodels.stats.power").TTestPower()
    pairs = seeds_needed(1.0, effect, alpha=alpha, power=power)
    enough, fewer = (test.power(effect, n, alpha) for n in (pairs, pairs - 1))
    assert fewer < power <= enough
