"""Some layers are frozen within `frozen`, and in no step outside it."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import frozen
from keras_lateral.receptive_field.freeze.chosen_layers import (
    layers_to_freeze,
    training_variables,
    union,
)
from tests.receptive_field.freeze.freeze_cases import (
    ALL,
    X,
    Y,
    changed,
    fit,
    freeze,
    new_model,
    of_layer,
    state,
    trained_layers,
    weights,
)


def test_a_context_freezes_fit_and_single_batches_and_nothing_after_it() -> None:
    model = new_model()
    fit(model)
    function, own, of_optimizer = model.train_function, set(vars(model)), set(vars(model.optimizer))
    before = state(model)
    with frozen(model, ["second"]) as names:
        assert names == ["second"]
        fit(model)
        model.train_on_batch(X[:4], Y[:4])
    found = changed(before, state(model))
    assert not of_layer("second", found)
    assert {path.split("/")[0] for path in found} == ALL - {"second"} | {"optimizer"}
    assert model.train_function is function
    assert set(vars(model)) == own
    assert set(vars(model.optimizer)) == of_optimizer
    before = state(model)
    model.train_on_batch(X[:4], Y[:4])
    assert len(of_layer("second", changed(before, state(model)))) == 4


def test_nested_contexts_freeze_what_any_of_them_names() -> None:
    model = new_model()
    with frozen(model, ["second"]):
        with frozen(model, ["third"]):
            assert trained_layers(model) == [ALL - {"second", "third"}]
        assert trained_layers(model) == [ALL - {"second"}]
    assert trained_layers(model) == [ALL]


def test_a_callback_within_a_context_freezes_both() -> None:
    model = new_model()
    with frozen(model, ["second"]):
        found = trained_layers(model, freeze("third", epochs=[1]), epochs=3)
    both = ALL - {"second", "third"}
    assert found == [ALL - {"second"}, both, ALL - {"second"}]


def test_an_exception_within_ends_the_freeze() -> None:
    model = new_model()

    def fail() -> None:
        with frozen(model, ["second"]):
            fit(model)
            raise KeyError("in between")

    with pytest.raises(KeyError, match="in between"):
        fail()
    assert trained_layers(model) == [ALL]


def test_compiling_within_ends_the_freeze_with_a_warning() -> None:
    model = new_model()

    def compile_within() -> None:
        with frozen(model, ["second"]):
            model.compile("sgd", model.loss)
            assert trained_layers(model) == [ALL]

    with pytest.warns(UserWarning, match="compiled while its layers were frozen"):
        compile_within()


@pytest.mark.parametrize("batches_before", [0, 2])
def test_moving_averages_do_not_replace_frozen_weights(batches_before: int) -> None:
    model = new_model("averages")
    for _ in range(batches_before):  # after which they are not the weights
        model.train_on_batch(X[:4], Y[:4])
    before, others = weights(model, "second"), weights(model, "first")
    with frozen(model, ["second"]):
        fit(model)
    for found, expected in zip(weights(model, "second"), before, strict=True):
        np.testing.assert_array_equal(found, expected)
    [average] = [v for name, v in state(model).items() if name.endswith("first_kernel_average")]
    np.testing.assert_array_equal(weights(model, "first")[0], average)  # that of the others does
    assert (others[0] != average).all()
    assert "finalize_variable_values" not in vars(model.optimizer)


def nested() -> Any:
    inner = keras.Sequential([layers.Dense(2, name="deep"), layers.Dense(2)], name="inner")
    return keras.Sequential([keras.Input((3,)), inner, layers.ReLU(name="relu"), layers.Dense(1)])


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (["deep"], ["deep"]),
        (["inner"], ["inner"]),
        ([lambda layer: layer.name == "deep"], ["deep"]),
        (lambda layer: layer.name.startswith("inn"), ["inner"]),
    ],
)
def test_layers_are_chosen_however_deep(choice: Any, expected: list[str]) -> None:
    assert [layer.name for layer in layers_to_freeze(nested(), choice)] == expected


def test_variables_are_those_that_train_and_each_once() -> None:
    model = nested()
    inner, deep = layers_to_freeze(model, ["inner", "deep"])
    assert len(training_variables([inner, deep])) == len(training_variables([inner])) == 4
    deep.trainable = False
    assert len(training_variables([inner, deep])) == 2
    a, b = keras.Variable(1.0), keras.Variable(1.0)
    assert [id(v) for v in union([a, b], [b, a])] == [id(a), id(b)]


def test_a_shared_layer_is_frozen_wherever_it_is_used() -> None:
    shared = layers.Dense(3, name="shared")
    image = keras.Input((3,))
    model = keras.Model(image, layers.Dense(1, name="out")(shared(shared(image))))
    model.compile("adam", "mse")
    before = model.get_weights()
    with frozen(model, ["shared"]):
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    same = [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert same == [True, True, False, False]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (["absent"], "No layer is named 'absent'"),
        (["relu"], r"without any: \['relu'\]"),
        (["deep", "relu"], r"without any: \['relu'\]"),
        ([layers.Conv2D], "No layer of model"),
    ],
)
def test_a_choice_of_nothing_to_freeze_is_refused(choice: Any, message: str) -> None:
    model = nested()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=message), frozen(model, choice):
        pass


def test_a_model_that_is_not_built_is_refused() -> None:
    model = keras.Sequential([layers.Dense(2, name="dense")])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"is not built.*`keras.Input`"), frozen(model, ["dense"]):
        pass


@pytest.mark.parametrize("compiled", [False, True])
def test_a_model_without_an_optimizer_is_refused(compiled: bool) -> None:
    model = nested()
    if compiled:
        model.compile(optimizer=None, loss="mse")
    with pytest.raises(ValueError, match="not compiled with an optimizer"), frozen(model, ["deep"]):
        pass
