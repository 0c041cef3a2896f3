"""Regularizers are found wherever they were given, by the names of their layers."""

import keras
import pytest
from keras import layers

from keras_lateral import FrameRegularizer, find_regularizers


def test_those_given_to_layers_are_found_in_order_and_others_are_not() -> None:
    shared = FrameRegularizer()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, kernel_regularizer=shared, name="first"),
            layers.Conv2D(4, 3, kernel_regularizer="l2", name="other"),
            layers.SeparableConv2D(4, 3, pointwise_regularizer=shared, name="second"),
        ]
    )
    found = find_regularizers(model)
    assert list(found) == ["first", "second/pointwise"]
    assert all(regularizer is shared for regularizer in found.values())


def test_where_two_layers_have_a_name_it_stands_behind_that_of_their_model() -> None:
    def inner(name: str) -> keras.Model:
        conv = layers.Conv2D(3, 1, kernel_regularizer=FrameRegularizer(), name="conv")
        return keras.Sequential([keras.Input((8, 8, 3)), conv], name=name)

    model = keras.Sequential([keras.Input((8, 8, 3)), inner("a"), inner("b")])
    assert list(find_regularizers(model)) == ["a/conv", "b/conv"]


def test_a_model_without_any_raises_with_advice() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="plain")
    with pytest.raises(ValueError, match="Model 'plain' has no regularizer of this library"):
        find_regularizers(model)
