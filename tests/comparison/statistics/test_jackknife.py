import numpy as np
import pytest
from scipy import stats

from keras_lateral import crossed_difference, folded_difference, jackknife_difference
from keras_lateral.comparison.statistics.jackknife import GROUPS, image_values
from tests.comparison.statistics.right_or_wrong import World, crossed, folded, near, share_held

pytestmark = pytest.mark.home

PER_CLASS = np.repeat([0, 1, 2], [16, 32, 48])


def fields(d):
    return (d.mean, d.low, d.high, d.p, d.error, d.degrees, d.seed_deviation, d.image_deviation)


@pytest.mark.parametrize("units", [None, np.arange(60) // 4])
def test_of_a_mean_it_is_the_crossed_difference(units):
    d = crossed(World(image=2.0), 5, 60, np.random.default_rng(0))
    found = jackknife_difference(lambda chosen: d[:, chosen].mean(axis=1), 60, units)
    assert fields(found) == pytest.approx(fields(crossed_difference(d, units)))


def test_of_a_mean_over_folds_it_is_the_folded_difference():
    d, tested = folded(World(image=2.0), 10, 60, 5, np.random.default_rng(1))

    def mean(chosen):
        return (d * tested)[:, chosen].sum(axis=1) / tested[:, chosen].sum(axis=1)

    found = jackknife_difference(mean, 60, tested=tested)
    assert fields(found) == pytest.approx(fields(folded_difference(d, tested)))


def test_values_of_images_have_the_measure_as_their_mean():
    scores = np.random.default_rng(2).normal(size=(3, 250))
    found = image_values(lambda chosen: scores[:, chosen].std(axis=1), 250)
    np.testing.assert_allclose(found.values.mean(axis=1), scores.std(axis=1))
    assert len(np.unique(found.groups)) == GROUPS


def test_each_group_has_its_share_of_each_class_and_units_stay_whole():
    classes, units = np.repeat([0, 1], [300, 100]), np.arange(400) // 2
    groups = image_values(lambda _: np.zeros(2), 400, units, strata=classes).groups
    counts = np.array([np.bincount(classes[groups == g], minlength=2) for g in range(GROUPS)])
    assert np.ptp(counts[:, 0]) <= 2
    assert np.ptp(counts[:, 1]) <= 2
    assert all(len(np.unique(groups[units == unit])) == 1 for unit in range(200))


def probabilities(seeds, labels, generator, image=1.0):
    """Scores of class 0 of two arms whose difference is 0 in the population."""
    easy = 1.2 * (labels == 0) + generator.normal(size=len(labels))
    own = image * generator.normal(size=(2, 1, len(labels)))
    noise = 0.7 * generator.normal(size=(2, seeds, len(labels)))
    return easy + own + noise + 0.1 * generator.normal(size=(2, seeds, 1))


def area(scores, positive):
    """Area under the curve, from ranks."""
    ranks = stats.rankdata(scores, axis=-1)
    n1 = positive.sum()
    n0 = len(positive) - n1
    return (ranks[..., positive].sum(axis=-1) - n1 * (n1 + 1) / 2) / (n1 * n0)


def f1(scores, positive):
    called = scores > 0.6
    right = (called & positive).sum(axis=-1)
    return 2 * right / (called.sum(axis=-1) + positive.sum())


@pytest.mark.parametrize("measure", [area, f1])
def test_intervals_of_measures_that_are_no_means_hold(measure):
    generator, trials, held = np.random.default_rng(3), 60, []
    for _ in range(trials):
        scores = probabilities(5, PER_CLASS, generator)

        def difference(chosen, scores=scores):
            baseline, method = measure(scores[..., chosen], PER_CLASS[chosen] == 0)
            return method - baseline

        found = jackknife_difference(difference, len(PER_CLASS), strata=PER_CLASS)
        held.append((found.low, found.high))
    assert near(share_held(held), 0.93, 0.98, trials)


@pytest.mark.slow
@pytest.mark.parametrize("measure", [area, f1])
@pytest.mark.parametrize("seeds", [5, 10, 30])
@pytest.mark.parametrize("copies", [1, 4])
def test_intervals_hold_for_any_number_of_seeds_and_images(measure, seeds, copies):
    generator, trials, held = np.random.default_rng(4), 200, []
    labels = np.tile(PER_CLASS, copies)
    for _ in range(trials):
        scores = probabilities(seeds, labels, generator)

        def difference(chosen, scores=scores):
            baseline, method = measure(scores[..., chosen], labels[chosen] == 0)
            return method - baseline

        found = jackknife_difference(difference, len(labels), strata=labels)
        held.append((found.low, found.high))
    assert near(share_held(held), 0.93, 0.98, trials)


def test_it_is_the_same_each_time():
    scores = probabilities(4, PER_CLASS, np.random.default_rng(5))

    def difference(chosen):
        return np.subtract(*area(scores[..., chosen], PER_CLASS[chosen] == 0))

    first, second = (jackknife_difference(difference, len(PER_CLASS)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("wrong", [lambda _: np.nan, lambda _: [[0.0]], lambda c: np.zeros(len(c))])
def test_a_measure_that_is_not_one_number_a_seed_is_refused(wrong):
    with pytest.raises(ValueError, match="argument `statistic`"):
        jackknife_difference(wrong, 20)
