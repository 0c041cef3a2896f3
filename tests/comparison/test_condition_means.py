"""A mean over conditions includes only trainings that have them all."""

import pytest

from keras_lateral.comparison.conditions import condition_families, condition_means
from tests.comparison_samples import several, with_diverged

pytestmark = pytest.mark.home


def test_a_training_that_diverged_has_no_mean() -> None:
    comparison = with_diverged(several(["a"], conditions=True), "a", 1)
    means = condition_means(comparison, condition_families(comparison))
    assert list(means.values("a", "fog, mean of 3")) == [0, 2]
    assert [
        compared.difference.pairs for compared in means.compared("all 6 corruptions, mean")
    ] == [2]
