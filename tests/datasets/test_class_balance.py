import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.datasets.class_balance import class_balance

pytestmark = pytest.mark.home


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_the_facts_are_those_of_a_count_by_hand(labels: list[int]) -> None:
    names = ("a", "b", "c", "d")
    found = class_balance(np.array(labels), names)
    counts = [labels.count(label) for label in range(4)]
    assert found.counts == tuple(counts)
    most = max(counts)
    assert found.majority == names[counts.index(most)]
    assert found.minority == names[counts.index(min(counts))]
    assert found.majority_share == np.mean(np.array(labels) == counts.index(most))
    assert found.ratio * min(counts) == most or (min(counts) == 0 and found.ratio == np.inf)
    assert found.is_unbalanced == (most >= 3 * min(counts))
