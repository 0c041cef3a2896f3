import keras
import pytest

from keras_lateral import Method


def add_one(model):
    return model + 1


def double(model):
    return 2 * model


def test_a_combination_changes_in_order_and_has_the_callbacks_of_both():
    stop, name = keras.callbacks.TerminateOnNaN(), keras.callbacks.History()
    first = Method("first", add_one, lambda: [stop], {"by": 1})
    both = first + Method("second", double, lambda: [name])
    assert both.name == "first+second"
    assert both.change(3) == 8
    assert both.callbacks() == [stop, name]
    assert both.settings == {"first": {"by": 1}, "second": {}}


def test_a_method_alone_changes_nothing():
    assert Method("nothing").change("model") == "model"
    assert list(Method("nothing").callbacks()) == []


@pytest.mark.parametrize("name", ["", "baseline"])
def test_the_baselines_name_is_taken(name):
    with pytest.raises(ValueError, match="Expected a name other than 'baseline'"):
        Method(name)


def test_only_methods_can_be_added():
    with pytest.raises(TypeError):
        Method("one") + "another"
