import hashlib

import numpy as np
import pytest

from keras_lateral.datasets.per_class import few_per_class, split_per_class

Y = np.random.default_rng(0).permutation(np.repeat(np.arange(4), 12))
X = np.arange(len(Y)) * 10


def labels_of(x: np.ndarray) -> np.ndarray:
    return Y[x // 10]


@pytest.mark.parametrize("count", [1, 5, 12])
def test_every_class_gets_the_same_number_of_different_images_with_its_own_label(count):
    x, y = few_per_class(X, Y, count, seed=3)
    np.testing.assert_array_equal(np.bincount(y), [count] * 4)
    np.testing.assert_array_equal(y, labels_of(x))
    assert len(set(x.tolist())) == len(x)


def test_the_same_seed_picks_the_same_images_and_another_seed_picks_others():
    first, again = few_per_class(X, Y, 4, seed=1), few_per_class(X, Y, 4, seed=1)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert set(first[0].tolist()) != set(few_per_class(X, Y, 4, seed=2)[0].tolist())


def test_the_pick_is_the_same_on_every_version_of_numpy():
    x, _ = few_per_class(X, Y, 4, seed=1)
    digest = hashlib.sha256(x.astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "34ff3ec08b78a735"


def test_a_smaller_pick_is_part_of_a_larger_one():
    small, large = few_per_class(X, Y, 3, seed=5)[0], few_per_class(X, Y, 8, seed=5)[0]
    assert set(small.tolist()) < set(large.tolist())


def test_the_pick_in_a_class_does_not_depend_on_the_other_classes():
    x, y = few_per_class(X, Y, 3, seed=5)
    alone, _ = few_per_class(X, Y, 3, seed=5, classes=[2])
    assert set(alone.tolist()) == set(x[y == 2].tolist())


def test_classes_are_mixed_even_if_the_labels_were_sorted():
    _, y = few_per_class(X, np.sort(Y), 12, seed=0)
    assert (np.diff(y) < 0).sum() > 4


def test_a_class_with_too_few_images_is_named():
    with pytest.raises(ValueError, match=r"class 1 \('cat'\).*at least 13.*Received: 12"):
        few_per_class(X, Y, 13, classes=[1], class_names=["dog", "cat"])


def test_a_class_without_any_image_is_named():
    with pytest.raises(ValueError, match=r"class 9\. .*Received: 0"):
        few_per_class(X, Y, 1, classes=[9])


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
def test_a_count_that_is_not_a_positive_integer_is_refused(count):
    with pytest.raises(ValueError, match=r"`images_per_class`.*Received: images_per_class="):
        few_per_class(X, Y, count)


@pytest.mark.parametrize("seed", [-1, 0.5, True])
@pytest.mark.parametrize("function", [few_per_class, split_per_class])
def test_a_seed_that_is_not_a_natural_number_is_refused(function, seed):
    with pytest.raises(ValueError, match=r"`seed`.*Received: seed="):
        function(X, Y, 1, seed)


@pytest.mark.parametrize("y", [Y[:, None], Y[:-1], Y.astype(float)])
def test_labels_of_another_shape_or_type_are_refused(y):
    with pytest.raises(ValueError, match=r"`x` and `y`.*y.shape="):
        few_per_class(X, y, 1)


def test_numpy_integers_are_accepted_as_counts_and_seeds():
    x, _ = few_per_class(X, Y, np.int64(2), np.int64(1))
    np.testing.assert_array_equal(x, few_per_class(X, Y, 2, 1)[0])


def test_a_split_uses_every_image_once_and_keeps_the_order():
    (x_kept, y_kept), (x_held, y_held) = split_per_class(X, Y, 5, seed=0)
    np.testing.assert_array_equal(np.sort(np.concatenate([x_kept, x_held])), X)
    np.testing.assert_array_equal(np.bincount(y_held), [5] * 4)
    for x, y in ((x_kept, y_kept), (x_held, y_held)):
        np.testing.assert_array_equal(y, labels_of(x))
        assert (np.diff(x) > 0).all()


def test_a_split_that_would_empty_a_class_is_refused_and_the_class_is_named():
    names = ["dog", "cat", "bird", "deer"]
    with pytest.raises(ValueError, match=r"class 0 \('dog'\)"):
        split_per_class(X, Y, 12, class_names=names)
