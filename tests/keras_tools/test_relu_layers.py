"""Layers that end in a ReLU are found; those that leak, or are something else, are not."""

import keras
from keras import layers

from keras_lateral.keras_tools.relu_layers import relu_layers


def test_relu_layers_are_found_however_they_are_written() -> None:
    inner = keras.Sequential([layers.Dense(3, activation=keras.activations.relu, name="inner")])
    model = keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.ReLU(name="layer"),
            layers.ReLU(max_value=6.0, name="capped"),
            layers.ReLU(negative_slope=0.1, name="leaky"),
            layers.LeakyReLU(name="leaky_too"),
            layers.Activation("relu6", name="six"),
            layers.Activation("gelu", name="gelu"),
            layers.Conv2D(4, 3, name="linear"),
            inner,
        ]
    )
    names = [layer.name for layer in relu_layers(model)]
    assert names == ["conv", "layer", "capped", "six", "inner"]
