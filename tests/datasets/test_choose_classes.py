import numpy as np
import pytest

from keras_lateral.datasets.dataset import ImageDataset, choose_classes

Y_TRAIN = np.asarray([0, 1, 2, 2, 1, 0], np.int32)
Y_TEST = np.asarray([2, 1, 0], np.int32)


@pytest.fixture
def dataset() -> ImageDataset:
    """A dataset in which every pixel is the original label of its image."""
    x_train, x_test = (np.ones((1, 2, 2, 1)) * y[:, None, None, None] for y in (Y_TRAIN, Y_TEST))
    return ImageDataset("toy", x_train, Y_TRAIN, x_test, Y_TEST, ("dog", "cat", "bird"))


@pytest.mark.parametrize("classes", [["bird", "dog"], [2, 0], ["bird", 0], (np.int64(2), "dog")])
def test_classes_are_relabelled_in_the_order_given(dataset, classes):
    chosen = choose_classes(dataset, classes)
    assert chosen.class_names == ("bird", "dog")
    np.testing.assert_array_equal(chosen.y_train, [1, 0, 0, 1])
    np.testing.assert_array_equal(chosen.y_test, [0, 1])
    old_label = np.asarray([2, 0])
    np.testing.assert_array_equal(chosen.x_train[:, 0, 0, 0], old_label[chosen.y_train])
    np.testing.assert_array_equal(chosen.x_test[:, 0, 0, 0], old_label[chosen.y_test])


def test_choosing_every_class_in_order_changes_nothing(dataset):
    chosen = choose_classes(dataset, dataset.class_names)
    for field in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(chosen, field), getattr(dataset, field))
    assert chosen.y_train.dtype == np.int32


def test_the_method_does_what_the_function_does(dataset):
    np.testing.assert_array_equal(
        dataset.choose_classes(["cat"]).x_train, choose_classes(dataset, ["cat"]).x_train
    )


@pytest.mark.parametrize("wrong", ["fish", 3, -1, True, 1.0])
def test_the_error_names_the_unknown_class_and_the_known_ones(dataset, wrong):
    with pytest.raises(ValueError, match=r"`classes`.*'dog', 'cat', 'bird'.*Received: "):
        choose_classes(dataset, ["dog", wrong])


def test_a_class_given_twice_is_refused(dataset):
    with pytest.raises(ValueError, match="each class once"):
        choose_classes(dataset, ["dog", 0])


@pytest.mark.parametrize("wrong", ["dog", []])
def test_a_single_string_and_an_empty_list_are_refused(dataset, wrong):
    with pytest.raises(ValueError, match="Expected a list of class names or labels"):
        choose_classes(dataset, wrong)
