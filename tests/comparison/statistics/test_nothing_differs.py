"""How large a difference can be of which no pair shows anything."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from keras_lateral import paired_difference
from keras_lateral.comparison.statistics.nothing_differs import unseen_in_pairs

pytestmark = pytest.mark.home


def chance_of_zeros(mean, pairs):
    """Returns how often all differences are rounded to 0 at most, over deviations on a grid."""
    s = np.geomspace(0.01, 100, 4000)
    return float(((norm.cdf((mean + 0.5) / s) - norm.cdf((mean - 0.5) / s)) ** pairs).max())


@pytest.mark.parametrize("pairs", [2, 3, 5, 30])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_a_mean_beyond_the_bound_would_have_shown_whatever_the_deviation(pairs, alpha):
    bound = unseen_in_pairs(pairs, 1 - alpha)
    too_often = chance_of_zeros(0.5001, pairs) > alpha
    # A mean below half a step is never seen where nothing varies.
    exact = brentq(lambda m: chance_of_zeros(m, pairs) - alpha, 0.5001, 100) if too_often else 0.5
    assert exact <= bound < 1.25 * exact


@pytest.mark.parametrize("pairs", [2, 3, 10])
def test_the_interval_of_equal_values_is_that_many_steps(pairs):
    found = paired_difference([1.0] * pairs, [1.0] * pairs, resolution=0.01, largest=1.0)
    assert (found.mean, found.p) == (0, 1)
    assert found.high == -found.low == pytest.approx(0.01 * unseen_in_pairs(pairs))


def test_two_trainings_that_are_always_right_do_not_differ_by_nine_images():
    found = paired_difference([1.0, 1.0], [1.0, 1.0], resolution=1 / 100, largest=1.0)
    assert found.high < 0.012
