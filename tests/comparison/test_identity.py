from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from keras_lateral.comparison.check_task import check_task
from keras_lateral.comparison.identity import PARTS, differences, digest_of, digest_of_images
from keras_lateral.comparison.training import Task
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
    assert set(PARTS) - {"keras", "backend"} <= set(one)


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
