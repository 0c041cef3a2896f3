"""The networks: table 3 of the paper, and ResNet-50. Their last layer is the classifier."""

from __future__ import annotations

import keras
from keras import layers

from experiments.receptive_field_freeze.config import Size
from keras_lateral.models.freeze_base import freeze_base_features


def build(size: Size, classes: int) -> keras.Model:
    """Returns the compiled network; its initial weights depend on Keras' random seed."""
    shape = (size.image_size, size.image_size, 3)
    if size.network == "resnet50":
        model = keras.applications.ResNet50(weights=None, classes=classes, input_shape=shape)
    else:
        model = base_network(shape, size.filters, size.units, classes)
    model.compile(
        keras.optimizers.Adam(size.learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def base_network(
    shape: tuple[int, int, int], filters: tuple[int, ...], units: int, classes: int
) -> keras.Model:
    """Returns three blocks of two convolutions; only the first two are followed by pooling."""
    inputs = keras.Input(shape)
    x = freeze_base_features(inputs, filters, units)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax", name="classes")(x))


def features_of(model: keras.Model) -> keras.Model:
    """Returns the network without its last layer, with the same variables."""
    return keras.Model(model.inputs, model.layers[-1].input)
