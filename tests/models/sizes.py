"""How large a network is."""

import math

import keras

from keras_lateral import receptive_fields


def trainable(model: keras.Model) -> int:
    """Returns the number of parameters that train."""
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def operations(model: keras.Model) -> int:
    """Returns the multiply-adds of one image."""
    return receptive_fields(model).multiply_adds
