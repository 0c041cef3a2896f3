"""A model's configuration reads the same whatever Keras counts and wherever modules are filed."""

import keras
import pytest

from keras_lateral import FrameRegularizer, GradientMaskConv2D
from keras_lateral.keras_tools.lasting_config import FIRST_FILED, lasting_config
from keras_lateral.registration import register


def config() -> dict:
    conv = GradientMaskConv2D(2, 3, kernel_regularizer=FrameRegularizer(seed=1))
    return keras.Sequential([keras.Input((8, 8, 1)), conv], name="model").get_config()


def test_names_that_count_up_leave_no_trace() -> None:
    first, second = config(), config()
    assert first != second
    assert lasting_config(first) == lasting_config(second)


def test_modules_are_those_in_which_a_class_was_first_filed() -> None:
    text = str(lasting_config(config()))
    for name in ("GradientMaskConv2D", "FrameRegularizer"):
        assert FIRST_FILED[name] in text
    assert "keras_lateral.gradient_mask" not in text
    assert "keras_lateral.frame" not in text


def test_a_class_that_came_later_has_its_registered_name() -> None:
    entry = {
        "module": "keras_lateral.x.y",
        "class_name": "New",
        "registered_name": "keras_lateral>New",
    }
    assert lasting_config(entry)["module"] == "keras_lateral>New"
    other = {"module": "elsewhere", "class_name": "New", "registered_name": "other>New"}
    assert lasting_config(other) == other


@pytest.mark.parametrize("name", FIRST_FILED)
def test_every_class_that_was_filed_elsewhere_is_still_registered(name: str) -> None:
    register()
    assert f"keras_lateral>{name}" in keras.saving.get_custom_objects()
