"""A group of methods leaves out those that do not fit the network; a name does not."""

import keras
import pytest

from keras_lateral.comparison.command.applicable_methods import applicable
from keras_lateral.methods import methods_of
from tests.comparison.tiny import tiny_model

NAMES = ["dropout", "stochastic_depth", "longer_training"]


def test_what_a_group_stands_for_is_left_out_and_said_where_it_does_not_fit() -> None:
    kept, left_out = applicable(methods_of(NAMES), ["remedies"], tiny_model)
    assert [method.name for method in kept] == ["dropout", "longer_training"]
    (text,) = left_out
    assert text.startswith("stochastic_depth is left out, as it does not fit the network")
    assert "residual blocks" in text


@pytest.mark.parametrize(
    "typed", [["remedies,stochastic_depth"], ["rivals", *NAMES], ["own.py:METHOD"]]
)
def test_a_method_typed_by_name_stays(typed: list[str]) -> None:
    kept, left_out = applicable(methods_of(NAMES), typed, tiny_model)
    assert [method.name for method in kept] == NAMES
    assert left_out == []


def test_none_that_fits_is_an_error() -> None:
    def dense() -> keras.Model:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    methods = methods_of(["gradient_mask", "stochastic_depth"])
    with pytest.raises(ValueError, match=r"None of the methods fits .*gradient_mask is left out"):
        applicable(methods, ["all"], dense)
