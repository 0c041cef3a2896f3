"""A layer gets another class, whose `call` Keras calls with its own arguments."""

import keras
import pytest
from keras import layers, ops

from keras_lateral.keras_tools.attaching.layer_class import REMEMBERED, change_class


class InTraining(layers.Identity):
    def call(self, inputs, training=None):
        return inputs + 1.0 if training else inputs


def test_training_is_passed_to_a_class_that_takes_it_and_not_to_one_that_does_not():
    layer = layers.Identity()
    model = keras.Sequential([keras.Input((1,)), layer])
    x = ops.zeros((1, 1))
    change_class(layer, InTraining)
    assert float(model(x, training=True)[0, 0]) == 1.0
    assert float(model(x)[0, 0]) == 0.0
    change_class(layer, layers.Identity)
    assert float(model(x, training=True)[0, 0]) == 0.0


@pytest.mark.parametrize("layer_class", [layers.Dense, layers.Dropout, layers.LSTM, InTraining])
def test_keras_remembers_what_is_written(layer_class):
    arguments = {layers.Dense: (2,), layers.Dropout: (0.5,), layers.LSTM: (2,)}
    made = layer_class(*arguments.get(layer_class, ()))
    changed = layers.Identity()
    changed.__class__ = layer_class  # so that only what is remembered differs
    change_class(changed, layer_class)
    for name in REMEMBERED:
        assert getattr(changed, name) == getattr(made, name)


def test_a_keras_without_the_hook_raises_with_advice():
    class Other:
        name = "other"

    with pytest.raises(RuntimeError, match="Build the model with Identity instead"):
        change_class(Other(), layers.Identity)
