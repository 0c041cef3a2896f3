import json
import pickle

import keras
import numpy as np
import pytest

from keras_lateral import Method
from keras_lateral.method import setting_text


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
    assert Method("nothing").batches is None
    assert Method("nothing").epochs is None
    assert Method("nothing").under(rate_ends_near_zero=True) == Method("nothing")


@pytest.mark.parametrize("name", ["", " ", "baseline", 3])
def test_the_baselines_name_is_taken(name):
    with pytest.raises(ValueError, match="Expected a name other than 'baseline'"):
        Method(name)


def test_only_methods_can_be_added():
    with pytest.raises(TypeError):
        Method("one") + "another"


def brighter(images, labels, generator):
    return images + 1, labels, np.full(len(images), 2.0)


def shuffled(images, labels, generator):
    order = generator.permutation(len(images))
    return images[order], labels[order], np.arange(len(images)) + 1.0


def halved(images, labels, generator):
    return images[::2], labels[::2], None


def test_a_combination_hands_batches_on_and_multiplies_weights():
    both = Method("brighter", batches=brighter) + Method("shuffled", batches=shuffled)
    images, labels = np.zeros((3, 2, 2, 1)), np.array([0, 1, 2])
    found, y, weights = both.batches(images, labels, np.random.default_rng(0))
    order = np.random.default_rng(0).permutation(3)
    np.testing.assert_array_equal(found, np.ones((3, 2, 2, 1)))
    np.testing.assert_array_equal(y, labels[order])
    np.testing.assert_array_equal(weights, [2.0, 4.0, 6.0])
    pickle.dumps(both)


def one_hot(images, labels, generator, classes):
    return images, np.eye(classes)[labels], None


def test_the_number_of_classes_is_given_to_the_functions_that_ask_for_it():
    images, labels, generator = np.zeros((2, 2, 2, 1)), np.array([0, 1]), np.random.default_rng(0)
    alone, both = (Method("one hot", batches=one_hot) for _ in range(2))
    both = Method("brighter", batches=brighter) + both
    for method in (alone, both):
        found, y, _ = method.batches_for(3)(images, labels, generator)
        np.testing.assert_array_equal(y, [[1, 0, 0], [0, 1, 0]])
    assert found.min() == 1
    assert Method("brighter", batches=brighter).batches_for(3) is brighter
    assert Method("nothing").batches_for(3) is None


def test_weights_of_images_that_are_gone_are_an_error():
    images, labels = np.zeros((4, 2, 2, 1)), np.arange(4)
    both = Method("brighter", batches=brighter) + Method("halved", batches=halved)
    with pytest.raises(ValueError, match="weights for 4 images.*2 images"):
        both.batches(images, labels, np.random.default_rng(0))
    other_order = Method("halved", batches=halved) + Method("brighter", batches=brighter)
    assert len(other_order.batches(images, labels, np.random.default_rng(0))[0]) == 2


def test_a_combination_has_the_only_number_of_epochs_among_its_parts():
    longer = Method("longer", epochs=lambda epochs: 3 * epochs)
    assert (Method("a") + longer + Method("b")).epochs(4) == 12
    with pytest.raises(ValueError, match="'longer' and 'shorter' cannot be combined: .* epochs"):
        longer + Method("a") + Method("shorter", epochs=lambda epochs: 1)


def test_two_that_set_the_same_thing_are_refused_with_both_names():
    first, second = (Method(name, exclusive=frozenset({"optimizer"})) for name in ("one", "two"))
    with pytest.raises(ValueError, match="Methods 'one' and 'two' .*both set the optimizer"):
        first + second
    with pytest.raises(ValueError, match="'a' cannot be combined with itself"):
        Method("a") + Method("b") + Method("a")


def test_a_sum_of_sums_is_one_combination():
    a, b, c, d = (Method(name) for name in "abcd")
    left, right = a + b + c + d, (a + b) + (c + d)
    assert [part.name for part in right.parts] == list("abcd")
    assert left.name == right.name == "a+b+c+d"


def test_under_a_falling_rate_each_part_is_what_it_says():
    other = Method("rests", settings={"when": "often"})
    rests = Method("rests", settings={"when": "last"}, falling_rate=lambda: other)
    both = rests + Method("plain")
    assert both.under(rate_ends_near_zero=True).settings == {
        "rests": {"when": "often"},
        "plain": {},
    }
    assert both.under(rate_ends_near_zero=False) is both
    assert rests.under(rate_ends_near_zero=True) is other


def test_settings_as_text_have_no_addresses():
    assert setting_text(add_one) == "add_one"
    assert setting_text(["a", keras.layers.Conv2D]) == "[a, Conv2D]"
    assert json.dumps(setting_text((1, "b"))) == '"[1, b]"'


@pytest.mark.parametrize(
    "argument", ["change", "callbacks", "batches", "epochs", "space", "falling_rate"]
)
def test_what_is_no_function_is_refused_at_once(argument):
    with pytest.raises(ValueError, match=f"argument `{argument}` of method 'mine'. .* function"):
        Method("mine", **{argument: 3})


@pytest.mark.parametrize("settings", [None, {"a": {1, 2}}, {"b": np.float32(1)}, [1]])
def test_settings_that_json_does_not_know_are_refused_at_once(settings):
    with pytest.raises(ValueError, match="argument `settings` of method 'mine'"):
        Method("mine", settings=settings)
