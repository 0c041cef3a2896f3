"""What is not trained on is tested on, and nothing that is."""

import os

import numpy as np
import pytest

from keras_lateral.datasets import ImageDataset, few_to_train, load_images

pytestmark = pytest.mark.home


def images(start: int, count: int) -> np.ndarray:
    x = np.zeros((count, 2, 2, 1), np.uint8)
    x[:, 0, 0, 0] = np.arange(start, start + count)
    return x


def toy(**changes) -> ImageDataset:
    """Training images 0 to 29 and test images 100 to 111 of three classes in turn."""
    fields = {
        "name": "toy",
        "x_train": images(0, 30),
        "y_train": np.arange(30, dtype=np.int32) % 3,
        "x_test": images(100, 12),
        "y_test": np.arange(12, dtype=np.int32) % 3,
        "class_names": ("a", "b", "c"),
        "names_train": tuple(map(str, range(30))),
        "names_test": tuple(map(str, range(100, 112))),
    }
    return ImageDataset(**(fields | changes))


def numbers(x: np.ndarray) -> list[int]:
    return x[:, 0, 0, 0].tolist()


def test_it_trains_on_the_images_of_the_subset_and_tests_on_all_others():
    few = few_to_train(toy(), 4, seed=3)
    subset = toy().subset(4, seed=3)
    np.testing.assert_array_equal(few.x_train, subset.x_train)
    np.testing.assert_array_equal(few.y_train, subset.y_train)
    others = [n for n in range(30) if n not in numbers(few.x_train)]
    assert numbers(few.x_test) == [*range(100, 112), *others]
    assert few.names_test == tuple(map(str, numbers(few.x_test)))
    np.testing.assert_array_equal(
        few.y_test, [(n - 100) % 3 if n > 99 else n % 3 for n in numbers(few.x_test)]
    )
    assert few.notes == (
        "Tested on all 12 test images and on 18 training images that are not trained on.",
    )


@pytest.mark.parametrize(
    ("most", "tested", "unused"), [(1, 3, 0), (4, 12, 0), (6, 12, 6), (10, 12, 18), (99, 12, 18)]
)
def test_test_images_of_the_set_come_first_under_a_limit(most, tested, unused):
    few = few_to_train(toy(), 4, test_per_class=most)
    assert [n > 99 for n in numbers(few.x_test)] == [True] * tested + [False] * unused
    assert np.bincount(few.y_test).tolist() == [(tested + unused) // 3] * 3
    assert not set(numbers(few.x_test)) & set(numbers(few.x_train))
    assert f"{tested} of the 12" in few.notes[0] or tested == 12


def test_another_test_seed_changes_the_test_images_alone():
    one, other = (few_to_train(toy(), 4, test_per_class=6, test_seed=seed) for seed in (0, 1))
    np.testing.assert_array_equal(one.x_train, other.x_train)
    assert numbers(one.x_test) != numbers(other.x_test)
    assert numbers(one.x_test)[:12] == numbers(other.x_test)[:12]


def test_copies_of_what_is_trained_on_are_left_out_and_counted():
    x_train, x_test = images(0, 30), images(100, 12)
    data = toy(x_train=x_train, x_test=x_test)
    picked = few_to_train(data, 4).names_train or ()
    left = [n for n in range(30) if str(n) not in picked]
    x_train[left[0]] = x_train[int(picked[0])]
    x_test[[5, 7]] = x_train[int(picked[1])]
    few = few_to_train(data, 4)
    assert few.names_train == picked
    assert {"105", "107", str(left[0])} & set(few.names_test or ()) == set()
    assert len(few.x_test) == 30 - 3
    assert few.notes == (
        "Tested on 10 of the 12 test images and on 17 training images that are not trained on.",
        "Left out of testing, as they are trained on too, or belong to images that are: 3.",
    )


def test_images_that_belong_to_trained_ones_are_left_out():
    units = np.arange(30) // 2
    data = toy(units_train=units, units_test=np.arange(12) + 8)
    few = few_to_train(data, 2)
    assert few.units_train is not None
    assert few.units_test is not None
    assert not set(few.units_train.tolist()) & set(few.units_test.tolist())
    trained = set(few.units_train.tolist())
    expected = [n for n in range(12) if n + 8 not in trained]
    expected += [n for n in range(30) if units[n] not in trained]
    assert len(few.x_test) == len(expected)


@pytest.mark.parametrize("options", [{"test_per_class": 0}, {"test_seed": -1}, {"seed": -1}])
def test_numbers_out_of_their_range_are_refused(options):
    with pytest.raises(ValueError, match=f"seed|{next(iter(options))}"):
        few_to_train(toy(), 2, **options)
    with pytest.raises(ValueError, match=r"class 0 \('a'\)"):
        few_to_train(toy(), 11)


@pytest.mark.slow
@pytest.mark.skipif("KERAS_LATERAL_DATA" not in os.environ, reason="no real images")
def test_cifar100_is_never_tested_on_an_image_that_it_is_trained_on():
    data = load_images("cifar100")
    few = few_to_train(data, 400, test_per_class=100)
    trained = {image.tobytes() for image in few.x_train}
    assert not any(image.tobytes() in trained for image in few.x_test)
    assert "Left out of testing" in few.notes[-1]
