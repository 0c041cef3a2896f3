"""A mask behind a layer changes nothing of what is read from the layer."""

from __future__ import annotations

from collections.abc import Callable

import keras
import pytest
from keras import layers

from keras_lateral import apply_gradient_mask, receptive_fields, summary

MAP, SEQUENCE, FRAMES = (8, 8, 4), (6, 4), (3, 8, 8, 4)
CONVOLUTION = {"filters": 4, "kernel_size": 3}

KINDS: dict[str, tuple[tuple[int, ...], Callable[[], keras.layers.Layer]]] = {
    "Activation": (MAP, lambda: layers.Activation("relu")),
    "AveragePooling2D": (MAP, lambda: layers.AveragePooling2D(2)),
    "BatchNormalization": (MAP, layers.BatchNormalization),
    "Bidirectional": (SEQUENCE, lambda: layers.Bidirectional(layers.GRU(2, return_sequences=True))),
    "Conv1D": (SEQUENCE, lambda: layers.Conv1D(4, 3, strides=2)),
    "Conv2D": (MAP, lambda: layers.Conv2D(**CONVOLUTION, dilation_rate=2, groups=2)),
    "Conv2DTranspose": (MAP, lambda: layers.Conv2DTranspose(**CONVOLUTION, strides=2)),
    "ConvLSTM2D": (FRAMES, lambda: layers.ConvLSTM2D(2, 3, return_sequences=True)),
    "Dense": (MAP, lambda: layers.Dense(4)),
    "DepthwiseConv2D": (MAP, lambda: layers.DepthwiseConv2D(3, depth_multiplier=2)),
    "EinsumDense": (SEQUENCE, lambda: layers.EinsumDense("abc,cd->abd", output_shape=(None, 4))),
    "LayerNormalization": (MAP, lambda: layers.LayerNormalization(axis=(1, 3))),
    "LSTM": (SEQUENCE, lambda: layers.LSTM(4, return_sequences=True)),
    "MaxPooling2D": (MAP, lambda: layers.MaxPooling2D(3, strides=2, padding="same")),
    "Permute": (MAP, lambda: layers.Permute((2, 1, 3))),
    "SeparableConv2D": (MAP, lambda: layers.SeparableConv2D(**CONVOLUTION, padding="same")),
    "TimeDistributed": (FRAMES, lambda: layers.TimeDistributed(layers.Conv2D(**CONVOLUTION))),
    "UpSampling2D": (MAP, lambda: layers.UpSampling2D(2)),
    "ZeroPadding2D": (MAP, lambda: layers.ZeroPadding2D(2)),
}


def of_one_input(shape: tuple[int, ...], layer: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(shape), layer])


def attention(axes: tuple[int, ...] | None) -> keras.Model:
    image = keras.Input((6, 5, 4))
    y = layers.MultiHeadAttention(2, 4, attention_axes=axes, name="layer")(image, image)
    return keras.Model(image, y)


def grouped_attention() -> keras.Model:
    sequence = keras.Input(SEQUENCE)
    attends = layers.GroupQueryAttention(4, 4, 2, name="layer")
    return keras.Model(sequence, attends(sequence, sequence))


def assert_a_mask_changes_nothing_that_is_read(model: keras.Model) -> None:
    before, (name,) = receptive_fields(model), [model.layers[-1].name]
    described = summary(model)[name]
    apply_gradient_mask(model, name)
    after = receptive_fields(model)
    assert after.layers == before.layers
    masked = summary(model)[name]
    assert masked.is_masked
    assert (masked.fields, masked.layer_class) == (described.fields, described.layer_class)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_behind_a_layer_changes_nothing_that_is_read_from_it(kind: str) -> None:
    shape, layer = KINDS[kind]
    assert_a_mask_changes_nothing_that_is_read(of_one_input(shape, layer()))


@pytest.mark.parametrize("axes", [None, (1,), (2,), (1, 2)])
def test_a_mask_behind_attention_changes_nothing_that_is_read_from_it(
    axes: tuple[int, ...] | None,
) -> None:
    assert_a_mask_changes_nothing_that_is_read(attention(axes))


def test_a_mask_behind_grouped_attention_changes_nothing_that_is_read_from_it() -> None:
    assert_a_mask_changes_nothing_that_is_read(grouped_attention())
