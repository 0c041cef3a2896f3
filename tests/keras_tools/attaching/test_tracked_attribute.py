"""A built layer takes an attribute with state, and stays locked for others."""

import keras
import pytest

from keras_lateral.keras_tools.attaching.tracked_attribute import set_tracked_attribute


def built_layer() -> keras.layers.Layer:
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    return layer


def tracked(layer: keras.layers.Layer) -> set[int]:
    return {id(variable) for variable in layer.variables}


@pytest.mark.parametrize("layer", [built_layer(), keras.layers.Dense(2)], ids=["built", "new"])
def test_its_state_becomes_a_variable_of_the_layer_but_not_a_weight(layer) -> None:
    generator = keras.random.SeedGenerator(0)
    set_tracked_attribute(layer, "kernel_regularizer", generator)
    assert layer.kernel_regularizer is generator
    assert id(generator.state) in tracked(layer)
    assert id(generator.state) not in {id(weight) for weight in layer.weights}


def test_keras_itself_refuses_it() -> None:
    with pytest.raises(ValueError, match="already built"):
        built_layer().kernel_regularizer = keras.random.SeedGenerator(0)


def test_what_is_replaced_is_no_longer_tracked() -> None:
    layer, generator = built_layer(), keras.random.SeedGenerator(0)
    before = tracked(layer)
    set_tracked_attribute(layer, "kernel_regularizer", generator)
    set_tracked_attribute(layer, "kernel_regularizer", None)
    assert layer.kernel_regularizer is None
    assert tracked(layer) == before


def test_the_layer_is_locked_again_afterwards() -> None:
    layer = built_layer()
    set_tracked_attribute(layer, "kernel_regularizer", keras.random.SeedGenerator(0))
    with pytest.raises(ValueError, match="already built"):
        layer.other = keras.random.SeedGenerator(0)


def test_a_keras_without_the_hook_raises_with_advice() -> None:
    class Other:
        built, name = True, "other"

    with pytest.raises(RuntimeError, match="Make the layer with `kernel_regularizer=` instead"):
        set_tracked_attribute(Other(), "kernel_regularizer", None)
