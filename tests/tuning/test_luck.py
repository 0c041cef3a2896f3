import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_lateral.tuning.sigma_record import largest_of_normals, luck_of_the_best


@pytest.mark.parametrize(
    ("count", "expected"),  # Harter, 1961, Expected values of normal order statistics, table 1
    [(1, 0.0), (2, 0.56419), (3, 0.84628), (5, 1.16296), (10, 1.53875), (100, 2.50759)],
)
def test_the_largest_of_normals_is_that_of_published_tables(count, expected):
    assert_allclose(largest_of_normals(count), expected, atol=6e-6)


def test_luck_is_what_equal_rows_show_over_many_repetitions():
    generator = np.random.default_rng(0)
    T, S = 6, 4
    seen, estimated = [], []
    for _ in range(4000):
        accuracies = generator.normal(0.0, 0.03, (T, S)) + generator.normal(0.8, 0.1, S)
        means = accuracies.mean(axis=1)
        seen.append(means.max() - means.mean())
        estimated.append(luck_of_the_best(accuracies) ** 2)
    assert_allclose(np.sqrt(np.mean(estimated)), np.mean(seen), rtol=0.02)


def test_luck_does_not_depend_on_what_all_trials_of_a_seed_share():
    accuracies = np.random.default_rng(1).normal(size=(5, 3))
    moved = accuracies + np.array([10.0, -3.0, 0.5]) + np.arange(5.0)[:, None]
    assert_allclose(luck_of_the_best(moved), luck_of_the_best(accuracies), rtol=1e-9)


@pytest.mark.parametrize("shape", [(1, 3), (4, 1)])
def test_one_seed_or_one_trial_says_nothing_of_luck(shape):
    assert np.isnan(luck_of_the_best(np.ones(shape)))
