import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.comparison.per_image.class_measures import (
    area_under_curve,
    balanced_accuracy,
    class_recalls,
    macro_f1,
)

sklearn = pytest.importorskip("sklearn.metrics", reason="compared with scikit-learn's")

pytestmark = pytest.mark.home

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@given(labels)
def test_recalls_and_f1_are_those_of_scikit_learn(pairs):
    y, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    present = np.unique(y)
    recalls = class_recalls(predicted, y, 4)
    wanted = sklearn.recall_score(y, predicted, labels=present, average=None, zero_division=0)
    np.testing.assert_allclose(recalls[present], wanted)
    assert np.isnan(np.delete(recalls, present)).all()
    assert balanced_accuracy(predicted, y, 4) == pytest.approx(wanted.mean())
    assert macro_f1(predicted, y, 4) == pytest.approx(
        sklearn.f1_score(y, predicted, average="macro", zero_division=0)
    )


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.1, 0.2, 0.5, 0.9])), min_size=2))
def test_the_area_under_the_curve_is_that_of_scikit_learn(pairs):
    y, scores = (np.array(column) for column in zip(*pairs, strict=True))
    area = area_under_curve(scores, y)
    if len(np.unique(y)) == 2:
        assert area == pytest.approx(sklearn.roc_auc_score(y, scores))
    else:
        assert np.isnan(area)
