from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.comparison.statistics.many_methods import adjust_for_many


def by_closed_testing(p: list[float]) -> list[float]:
    """Holm's values from the principle behind them: a hypothesis is rejected when every set of
    hypotheses that it belongs to is, each set by Bonferroni's test."""
    everyone = range(len(p))
    sets = [some for size in range(1, len(p) + 1) for some in combinations(everyone, size)]
    return [
        max(min(1, len(some) * min(p[j] for j in some)) for some in sets if i in some)
        for i in everyone
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_it_is_the_closed_test_of_bonferroni(p):
    np.testing.assert_allclose(adjust_for_many(p), by_closed_testing(p))


def test_one_method_needs_no_adjustment():
    assert adjust_for_many([0.03]) == [0.03]


def test_what_is_not_known_does_not_count():
    adjusted = adjust_for_many([0.02, float("nan"), 0.04])
    assert adjusted[::2] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])
    assert np.isnan(adjust_for_many([float("nan")])).all()
    assert adjust_for_many([]) == []
