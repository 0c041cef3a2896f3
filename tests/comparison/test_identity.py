from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.identity import PARTS, differences, digest_of, digest_of_images
from keras_lateral.comparison.training import Task
from keras_lateral.datasets import ImageFolds
from tests.comparison.tiny import tiny_images, tiny_model

DATA = tiny_images().scaled()


class Brighter:
    """A user's own augmentation, an object that says of itself where it lies in memory."""

    def __call__(self, images, generator):
        return images * 1.1


def settings(data=DATA, augment=None):
    return check_task(Task(tiny_model, data, 1, 6, augment=augment), [])


@pytest.mark.home
def test_an_address_in_memory_is_not_what_a_comparison_is():
    functions = [partial(Brighter(), generator=Brighter()) for _ in range(2)]
    assert repr(functions[0]) != repr(functions[1])
    one, two = (settings(augment=function) for function in functions)
    assert one["augment"].count("Brighter") == 2
    assert not differences(one, two)


@pytest.mark.home
def test_names_and_notes_of_images_are_not_what_a_comparison_is():
    moved = replace(DATA, name="moved", notes=("Hidden.",), source="b", class_names=("x", "y"))
    one, two = settings(), settings(moved)
    assert one != two
    assert digest_of(one) == digest_of(two)
    of_some = {"folds", "validation", "class_weight", "sample_weight"}
    of_some |= {"model_code", "initial_weights", "phases"}
    assert set(PARTS) - {"keras", "backend"} - of_some <= set(one)


@pytest.mark.parametrize("part", ["x_train", "y_train", "x_test", "y_test"])
def test_every_pixel_and_label_is(part):
    values = getattr(DATA, part).copy()
    values.flat[0] = 1 - values.flat[0]
    assert digest_of_images(replace(DATA, **{part: values})) != digest_of_images(DATA)
    turned = getattr(DATA, part)[::-1]
    assert digest_of_images(replace(DATA, **{part: turned})) != digest_of_images(DATA)


def test_pixels_of_equal_values_are_equal_however_they_lie_in_memory():
    other = replace(DATA, x_train=np.asfortranarray(DATA.x_train))
    assert digest_of_images(other) == digest_of_images(DATA)


FOLDS = ImageFolds("tiny", DATA.x_train, DATA.y_train, DATA.class_names, 1.0, folds=2)


@pytest.mark.home
@pytest.mark.parametrize(
    "changes",
    [
        {"x": DATA.x_train[::-1]},
        {"y": DATA.y_train[::-1]},
        {"units": np.arange(len(DATA.y_train)) // 2},
        {"folds": 3},
        {"seed": 1},
        {"limit_per_class": 3},
    ],
)
def test_what_divides_images_into_folds_is_part_of_the_comparison(changes):
    assert digest_of_images(replace(FOLDS, **changes)) != digest_of_images(FOLDS)


@pytest.mark.home
def test_names_of_images_and_numbers_of_units_are_not():
    count = len(DATA.y_train)
    same = (
        {"name": "moved", "notes": ("Hidden.",), "alarms": ("A leak.",)},
        {"names": tuple(map(str, range(count))), "source": "b", "class_names": ("x", "y")},
        {"units": np.arange(count) + 7},
    )
    for changes in same:
        assert digest_of_images(replace(FOLDS, **changes)) == digest_of_images(FOLDS)
    units = replace(DATA, units_train=np.arange(count) // 2, units_test=None)
    assert digest_of_images(units) == digest_of_images(DATA)
    assert digest_of_images(DATA) == "20ada74d96883129"  # as in 0.1.0


@pytest.mark.home
def test_what_is_known_by_a_digest_is_told_without_it():
    then = {"model_code": "1f", "model_digest": "2e", "sample_weight": None, "epochs": 3}
    now = {"model_code": "3d", "model_digest": "4c", "sample_weight": "5b", "epochs": 3}
    assert differences(then, now) == [
        "the weights of the images: none then, some now",
        "the model: its layers, its optimizer or its loss (changed since)",
        "the code of the model's function, or of what it uses (edited since)",
    ]
