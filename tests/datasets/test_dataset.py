import dataclasses

import numpy as np
import pytest

from keras_lateral.datasets.dataset import ImageDataset

Y_TRAIN = np.repeat(np.arange(3, dtype=np.int32), 8)
Y_TEST = np.repeat(np.arange(3, dtype=np.int32), 4)


def images(count: int) -> np.ndarray:
    """Returns different images, numbered by their first pixel."""
    x = np.zeros((count, 3, 2, 1), np.uint8)
    x[:, 0, 0, 0] = np.arange(count)
    return x


def toy(**changes) -> ImageDataset:
    fields = {
        "name": "toy",
        "x_train": images(24),
        "y_train": Y_TRAIN,
        "x_test": images(12),
        "y_test": Y_TEST,
        "class_names": ("dog", "cat", "bird"),
    }
    return ImageDataset(**(fields | changes))


def numbers(x: np.ndarray) -> set[int]:
    return set(x[:, 0, 0, 0].tolist())


def test_repr_shows_the_contents_in_one_line():
    assert repr(toy()) == (
        "<ImageDataset toy: 24 training and 12 test images, (3, 2, 1) uint8, 3 classes>"
    )
    assert toy().num_classes == 3
    assert toy().image_shape == (3, 2, 1)


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy().name = "other"


def test_scaling_divides_by_the_largest_value_and_scaling_twice_changes_nothing():
    scaled = toy(max_value=50.0).scaled()
    assert scaled.x_train.dtype == scaled.x_test.dtype == np.float32
    np.testing.assert_allclose(scaled.x_train, images(24) / 50, rtol=1e-7)
    assert scaled.max_value == 1.0
    np.testing.assert_array_equal(scaled.scaled().x_train, scaled.x_train)


def test_a_subset_is_balanced_in_both_parts():
    part = toy().subset(images_per_class=5, test_per_class=2)
    np.testing.assert_array_equal(np.bincount(part.y_train), [5, 5, 5])
    np.testing.assert_array_equal(np.bincount(part.y_test), [2, 2, 2])
    np.testing.assert_array_equal(part.y_train, part.x_train[:, 0, 0, 0] // 8)
    np.testing.assert_array_equal(part.y_test, part.x_test[:, 0, 0, 0] // 4)


def test_another_seed_changes_the_training_images_and_keeps_the_test_images():
    first, second = (toy().subset(3, seed=seed, test_per_class=2) for seed in (0, 1))
    assert numbers(first.x_train) != numbers(second.x_train)
    np.testing.assert_array_equal(first.x_test, second.x_test)


def test_another_test_seed_changes_only_the_test_images():
    first, second = (toy().subset(3, test_seed=seed, test_per_class=2) for seed in (0, 1))
    np.testing.assert_array_equal(first.x_train, second.x_train)
    assert numbers(first.x_test) != numbers(second.x_test)


def test_choosing_classes_does_not_change_which_of_their_images_are_picked():
    all_classes = toy().subset(3, seed=4)
    birds = toy().subset(3, seed=4, classes=["bird"])
    assert birds.class_names == ("bird",)
    np.testing.assert_array_equal(birds.y_train, [0, 0, 0])
    assert numbers(birds.x_train) == numbers(all_classes.x_train[all_classes.y_train == 2])


def test_without_a_count_every_image_of_the_chosen_classes_is_kept():
    part = toy().subset(classes=["bird", "dog"])
    np.testing.assert_array_equal(np.bincount(part.y_train), [8, 8])
    np.testing.assert_array_equal(part.x_train[part.y_train == 0], images(24)[Y_TRAIN == 2])
    np.testing.assert_array_equal(np.bincount(part.y_test), [4, 4])


def test_a_subset_without_arguments_is_the_whole_set():
    np.testing.assert_array_equal(toy().subset().x_train, toy().x_train)


def test_notes_and_source_are_kept():
    part = toy(notes=("A part.",), source="folder").subset(1, classes=["cat"]).scaled()
    assert (part.notes, part.source) == (("A part.",), "folder")


def test_images_for_validation_follow_and_are_not_picked_from():
    data = toy(x_validation=images(12), y_validation=Y_TEST)
    part = data.subset(1, classes=["bird", "dog"], test_per_class=1).scaled()
    np.testing.assert_array_equal(part.y_validation, np.where(Y_TEST[Y_TEST != 1] == 2, 0, 1))
    np.testing.assert_array_equal(
        part.x_validation, (images(12)[Y_TEST != 1] / 255).astype(np.float32)
    )
    assert toy().subset(1).scaled().x_validation is None


def test_units_and_names_stay_with_their_images():
    data = toy(
        units_train=np.arange(24) + 100,
        units_test=np.arange(12) + 200,
        names_train=tuple(f"train {n}" for n in range(24)),
        names_test=tuple(f"test {n}" for n in range(12)),
        notes=("A leak.", "A part."),
        alarms=("A leak.",),
    )
    for part in (
        data.subset(3, classes=["bird", "dog"], test_per_class=2),
        data.choose_classes([1, 2]),
        data.scaled(),
        data.subset(test_per_class=3),
        data.at_places(test=np.array([5, 2])),
    ):
        for side, first in (("train", 100), ("test", 200)):
            x = getattr(part, f"x_{side}")
            found = np.rint(x[:, 0, 0, 0] * (255 if x.dtype == np.float32 else 1)).astype(int)
            np.testing.assert_array_equal(getattr(part, f"units_{side}"), found + first)
            assert getattr(part, f"names_{side}") == tuple(f"{side} {n}" for n in found)
        assert part.alarms == ("A leak.",)
    assert toy().subset(1).units_test is None


def test_a_class_with_too_few_images_is_named():
    with pytest.raises(ValueError, match=r"class 0 \('dog'\)"):
        toy().subset(9)
    with pytest.raises(ValueError, match=r"class 2 \('bird'\).*Received: 0"):
        toy(y_train=Y_TRAIN % 2).subset(1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": images(24)[..., 0]}, "height, width, channels.*x_train.shape="),
        ({"y_test": Y_TEST[:-1]}, "`x_test` and `y_test`"),
        ({"y_train": Y_TRAIN.astype(float)}, "integer labels"),
        ({"class_names": ("dog", "cat")}, "labels from 0 to 1.*Received: labels from 0 to 2"),
        ({"x_test": images(12)[:, :2]}, "images of the same size"),
        ({"units_train": np.arange(23)}, "`units_train`. Expected an array of 24 integers"),
        ({"units_test": Y_TEST / 2}, "`units_test`.*Received: ndarray float64"),
        ({"units_test": list(range(12))}, "`units_test`.*Received: list"),
        ({"names_test": ("one",)}, "`names_test`. Expected 12, one for each image. Received: 1"),
        ({"x_validation": images(3)}, "Expected both or none"),
        ({"x_validation": images(3), "y_validation": Y_TEST}, "`x_validation` and `y_validation`"),
        (
            {"x_validation": images(12)[:, :2], "y_validation": Y_TEST},
            "`x_train` and `x_validation`. Expected images of the same size",
        ),
    ],
)
def test_parts_that_do_not_match_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        toy(**changes)
