import numpy as np
import pytest

from keras_lateral import crossed_difference, paired_difference, probability_of_better

pytestmark = pytest.mark.home


@pytest.mark.parametrize(("mean", "seed"), [(0.0, 0.02), (0.01, 0.02), (0.03, 0.02), (0.02, 0.0)])
def test_it_is_how_often_one_more_pair_is_better(mean, seed):
    """The probabilities that 400 comparisons give, and the share of their next pairs."""
    generator = np.random.default_rng(0)
    given, better = [], []
    for _ in range(400):
        effects = mean + generator.normal(0, seed, 11)
        d = effects[:10, None] + generator.normal(0, 0.3, (10, 400))
        given.append(probability_of_better(crossed_difference(d)))
        better.append(effects[10] > 0)
    error = 3 * np.sqrt(np.mean(better) * (1 - np.mean(better)) / 400)
    assert np.mean(given) == pytest.approx(np.mean(better), abs=error + 0.05)


def test_of_a_loss_the_lower_is_better():
    d = paired_difference([0.50, 0.61, 0.55], [0.53, 0.65, 0.57])
    lower = probability_of_better(d, higher_is_better=False)
    assert probability_of_better(d) + lower == pytest.approx(1)
    assert lower < 0.1


def test_it_is_nearer_to_a_half_than_the_p_value_of_the_mean():
    d = paired_difference(np.zeros(20), np.random.default_rng(1).normal(0.01, 0.02, 20))
    assert d.p < 0.05
    assert 0.5 < probability_of_better(d) < 0.9


def test_one_pair_and_equal_values():
    assert np.isnan(probability_of_better(paired_difference([0.5], [0.6])))
    assert probability_of_better(paired_difference([0.5, 0.6], [0.5, 0.6])) == 0.5
