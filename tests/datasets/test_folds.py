"""Every image is tested once by as many seeds as there are folds, and never trained on then."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_lateral.datasets import ImageDataset, ImageFolds

pytestmark = pytest.mark.home

NAMES = ("dog", "cat", "bird")


def folds(count: int = 30, **changes) -> ImageFolds:
    """Different images, numbered by their first pixel, of three classes in turn."""
    x = np.zeros((count, 2, 3, 1), np.uint8)
    x[:, 0, 0, 0] = np.arange(count)
    fields = {"name": "toy", "x": x, "y": np.arange(count, dtype=np.int32) % 3}
    return ImageFolds(**({**fields, "class_names": NAMES} | changes))


def numbers(x: np.ndarray) -> list[int]:
    return x[:, 0, 0, 0].tolist()


@given(st.integers(15, 60), st.integers(2, 5), st.integers(0, 3), st.integers(0, 3))
def test_each_repetition_tests_every_image_once(
    count: int, number: int, seed: int, repetition: int
) -> None:
    data = folds(count, folds=number, seed=seed)
    every: list[int] = []
    for fold in range(number):
        split = data.split(repetition * number + fold)
        tested = numbers(split.x_test)
        assert tested == data.tested(repetition * number + fold).tolist()
        assert sorted(tested + numbers(split.x_train)) == list(range(count))
        np.testing.assert_array_equal(split.y_test, np.array(tested) % 3)
        np.testing.assert_array_equal(split.y_train, np.array(numbers(split.x_train)) % 3)
        every += tested
    assert sorted(every) == list(range(count))


def test_units_and_names_follow_and_no_unit_is_on_both_sides() -> None:
    units = np.arange(60) // 3 + 100  # each with an image of every class
    data = folds(60, units=units, names=tuple(f"{place}.png" for place in range(60)))
    for seed in range(12):
        split = data.split(seed)
        assert split.units_train is not None
        assert split.units_test is not None
        assert not set(split.units_train.tolist()) & set(split.units_test.tolist())
        np.testing.assert_array_equal(split.units_test, units[data.tested(seed)])
        assert split.names_test == tuple(f"{n}.png" for n in numbers(split.x_test))
        assert split.names_train == tuple(f"{n}.png" for n in numbers(split.x_train))
        assert len(split.x_test) == 12


def test_a_division_depends_on_the_seeds_alone_and_repetitions_differ() -> None:
    tested = [folds(seed=1).tested(seed).tolist() for seed in range(10)]
    assert tested == [folds(seed=1).tested(seed).tolist() for seed in range(10)]
    assert sorted(map(sorted, tested[:5])) != sorted(map(sorted, tested[5:]))
    assert tested[:5] != [folds(seed=2).tested(seed).tolist() for seed in range(5)]


def test_a_limit_thins_what_is_trained_on_and_nothing_else() -> None:
    few, every = folds(limit_per_class=3), folds()
    for seed in range(10):
        np.testing.assert_array_equal(few.tested(seed), every.tested(seed))
        assert np.bincount(few.split(seed).y_train).tolist() == [3, 3, 3]
        assert set(numbers(few.split(seed).x_train)) < set(numbers(every.split(seed).x_train))


def test_seeds_with_the_same_images_to_train_on_keep_others_of_them() -> None:
    data = folds(60, units=np.arange(60) // 30, folds=2, limit_per_class=3)
    halves = [split for seed in range(8) if 0 in data.tested(seed) for split in [data.split(seed)]]
    kept = {tuple(numbers(split.x_train)) for split in halves}
    assert len(kept) == len(halves) == 4


def test_scaling_changes_the_pixels_and_not_the_division() -> None:
    data = folds(max_value=50.0)
    split = data.scaled().split(3)
    np.testing.assert_allclose(split.x_test, data.split(3).x_test / np.float32(50))
    assert (split.x_test.dtype, split.max_value) == (np.float32, 1.0)
    np.testing.assert_array_equal(split.x_train, data.split(3).scaled().x_train)


def test_chosen_classes_and_few_images_of_each() -> None:
    data = folds(units=np.arange(30), names=tuple(map(str, range(30))))
    pair = data.choose_classes(["bird", 0])
    assert pair.class_names == ("bird", "dog")
    np.testing.assert_array_equal(pair.y, [1, 0] * 10)
    assert [int(name) % 3 for name in pair.names or ()] == [0, 2] * 10
    few = data.subset(6, seed=1)
    assert np.bincount(few.y).tolist() == [6, 6, 6]
    assert few.units is not None
    assert few.units.tolist() == numbers(few.x)


def test_a_class_with_too_few_images_is_named_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"class 'bird' .*folds=5, and 4 images. Choose fewer"):
        folds(14)
    with pytest.raises(ValueError, match=r"class 'dog' .*and 10 images in 2 units"):
        folds(units=np.where(np.arange(30) % 3, np.arange(30), np.arange(30) % 2))
    with pytest.raises(ValueError, match=r"folds=2, and 1 images. Choose more images"):
        folds(3, folds=2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"folds": 1}, "`folds`. Expected an integer of at least 2"),
        ({"seed": -1}, "`seed`. Expected a non-negative"),
        ({"limit_per_class": 0}, "`limit_per_class`. Expected"),
        ({"units": np.arange(29)}, "`units`. Expected an array of 30 integers"),
        ({"units": np.arange(30) / 2}, "`units`. Expected an array of 30 integers"),
        ({"names": ("one",)}, "`names`. Expected 30, one for each image. Received: 1"),
        ({"y": np.arange(30) % 4}, "`x` and `y`|`y`. Expected labels from 0 to 2"),
    ],
)
def test_what_does_not_match_is_refused(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        folds(**changes)
    with pytest.raises(ValueError, match="`seed`"):
        folds().tested(-1)


def test_a_set_with_test_images_is_pooled_into_folds() -> None:
    whole = folds(30, units=np.arange(30) // 2, names=tuple(map(str, range(30))), notes=("a",))
    split: ImageDataset = whole.split(0)
    again = ImageFolds.pooled(split, 3, seed=4)
    assert (again.folds, again.seed, again.notes, again.name) == (3, 4, ("a",), "toy")
    assert numbers(again.x) == numbers(split.x_train) + numbers(split.x_test)
    assert [int(name) for name in again.names or ()] == numbers(again.x)
    assert again.units is not None
    assert again.units.tolist() == [number // 2 for number in numbers(again.x)]
    assert repr(again) == "<ImageFolds toy: 30 images in 3 folds, (2, 3, 1) uint8, 3 classes>"


@pytest.mark.parametrize(("count", "expected"), [(30, 5), (15, 5), (10, 3), (6, 2)])
def test_few_images_make_few_folds_unless_asked_for(count: int, expected: int) -> None:
    assert ImageFolds.pooled(folds(count, folds=2).split(0)).folds == expected
