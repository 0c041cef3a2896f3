"""A replaced attribute comes back as it was: on the instance, on its class, or nowhere."""

import keras
import pytest

from keras_lateral.keras_tools.replaced import Replaced


def test_an_attribute_of_the_instance_comes_back() -> None:
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.note = first = object()
    replaced = Replaced(optimizer, "note", "second")
    assert optimizer.note == "second"
    replaced.restore()
    assert optimizer.note is first


def test_a_method_of_the_class_comes_back_and_leaves_no_attribute() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    before = set(vars(model))
    replaced = Replaced(model, "train_step", lambda data: "another")
    assert model.train_step(None) == "another"
    replaced.restore()
    assert set(vars(model)) == before
    assert model.train_step.__func__ is type(model).train_step


def test_it_comes_back_once() -> None:
    optimizer = keras.optimizers.SGD(0.1)
    replaced = Replaced(optimizer, "apply", print)
    replaced.restore()
    optimizer.apply = len  # somebody else's
    replaced.restore()
    assert optimizer.apply is len


def test_several_come_back_in_reverse_order() -> None:
    optimizer = keras.optimizers.SGD(0.1)
    outer = Replaced(optimizer, "apply", print)
    inner = Replaced(optimizer, "apply", len)
    inner.restore()
    assert optimizer.apply is print
    outer.restore()
    assert "apply" not in vars(optimizer)


@pytest.mark.parametrize("name", ["scale", "kernels"])
def test_a_variable_put_there_is_not_tracked(name: str) -> None:
    layer = keras.layers.Dense(1)
    layer.build((None, 2))
    tracked = len(layer.variables)
    replaced = Replaced(layer, name, keras.Variable(1.0))
    assert len(layer.variables) == tracked
    replaced.restore()
    assert not hasattr(layer, name)
