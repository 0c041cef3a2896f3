"""Layers that convolve without being convolutions of Keras are found; other layers are not."""

from typing import Any

import keras
import pytest
from keras import layers

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.unreached_kernels import unreached_kernels


class Own(layers.Layer):
    """A layer with one weight of its own."""

    def __init__(self, shape: tuple[int, ...], weight: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shape, self._weight = shape, weight
        self.inside = layers.Conv2D(2, 3, padding="same", name=f"{self.name}_inside")

    def build(self, shape: Any) -> None:
        self.own = self.add_weight(shape=self._shape, name=self._weight)
        self.inside.build(shape)

    def call(self, x: Any) -> Any:
        return self.inside(x)


def names(*parts: layers.Layer, shape: tuple[int, ...] = (8, 8, 3)) -> list[str]:
    model = keras.Sequential([keras.Input(shape), *parts])
    return [layer.name for layer in unreached_kernels(model)]


@pytest.mark.parametrize(
    ("shape", "weight", "expected"),
    [
        ((3, 3, 3, 2), None, True),
        ((3, 4, 2), "w", True),
        ((1, 1, 3, 2), "pointwise_kernel", True),
        ((1, 16, 3), "positions", False),
        ((1, 1, 3), "class_token", False),
        ((3, 2), "kernel", False),
    ],
)
def test_own_weights_are_judged_by_shape_and_name(
    shape: tuple[int, ...], weight: str | None, expected: bool
) -> None:
    assert names(Own(shape, weight, name="own")) == ["own"] * expected


def test_what_lies_deeper_is_named_by_the_layer_that_has_it() -> None:
    inner = keras.Sequential([keras.Input((8, 8, 3)), Own((3, 3, 3, 2), name="own")])
    wrapped = layers.TimeDistributed(inner, name="wrapper")
    assert names(wrapped, shape=(2, 8, 8, 3)) == ["own"]


@pytest.mark.home
def test_the_layers_of_keras_that_convolve_over_time_are_named_once() -> None:
    assert names(layers.ConvLSTM1D(2, 3, name="lstm"), shape=(4, 8, 3)) == ["lstm"]
    both = layers.Bidirectional(layers.ConvLSTM2D(2, 3, name="lstm"))
    assert len(names(both, shape=(2, 8, 8, 3))) == 2  # one for each direction


def test_keras_convolutions_and_layers_that_mix_no_neighbours_are_not_named() -> None:
    convolution = layers.Conv2D(4, 3, padding="same", name="lora")
    parts = [
        layers.SeparableConv2D(4, 3, padding="same"),
        layers.SpectralNormalization(layers.Conv2D(4, 3, padding="same")),
        convolution,
        layers.PReLU(),
        layers.LayerNormalization(axis=(1, 2, 3)),
        layers.Reshape((64, 4)),
        layers.EinsumDense("abc,cde->abde", (None, 2, 3)),
    ]
    model = keras.Sequential([keras.Input((8, 8, 3)), *parts])
    convolution.enable_lora(2)
    assert not unreached_kernels(model)
    x = keras.Input((5, 4))
    attention = keras.Model(x, layers.MultiHeadAttention(2, 3)(x, x))
    assert any(isinstance(layer, layers.EinsumDense) for layer in all_layers(attention))
    assert not unreached_kernels(attention)


def test_layers_that_are_not_built_are_left_out() -> None:
    assert unreached_kernels(keras.Sequential([layers.ConvLSTM2D(2, 3)])) == []
