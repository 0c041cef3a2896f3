"""Keras' convolutions with a gradient mask."""

from __future__ import annotations

import keras
from keras import layers

from keras_lateral.gradient_mask.masked_layer import MaskedLayer

_register = keras.saving.register_keras_serializable(package="keras_lateral")


@_register
class GradientMaskConv1D(MaskedLayer, layers.Conv1D):
    """1-D convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv1D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv1D(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 3))).shape == (1, 16, 8)
    True
    """


@_register
class GradientMaskConv2D(MaskedLayer, layers.Conv2D):
    """2-D convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv2D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv2D(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 16, 3))).shape == (1, 16, 16, 8)
    True
    """


@_register
class GradientMaskConv3D(MaskedLayer, layers.Conv3D):
    """3-D convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv3D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv3D(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 8, 8, 8, 3))).shape == (1, 8, 8, 8, 8)
    True
    """


@_register
class GradientMaskDepthwiseConv1D(MaskedLayer, layers.DepthwiseConv1D):
    """1-D depthwise convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.DepthwiseConv1D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskDepthwiseConv1D(3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 4))).shape == (1, 16, 4)
    True
    """


@_register
class GradientMaskDepthwiseConv2D(MaskedLayer, layers.DepthwiseConv2D):
    """2-D depthwise convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.DepthwiseConv2D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskDepthwiseConv2D(3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 16, 4))).shape == (1, 16, 16, 4)
    True
    """


@_register
class GradientMaskSeparableConv1D(MaskedLayer, layers.SeparableConv1D):
    """1-D separable convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.SeparableConv1D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskSeparableConv1D(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 4))).shape == (1, 16, 8)
    True
    """


@_register
class GradientMaskSeparableConv2D(MaskedLayer, layers.SeparableConv2D):
    """2-D separable convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.SeparableConv2D`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskSeparableConv2D(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 16, 4))).shape == (1, 16, 16, 8)
    True
    """


@_register
class GradientMaskConv1DTranspose(MaskedLayer, layers.Conv1DTranspose):
    """1-D transposed convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv1DTranspose`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv1DTranspose(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 3))).shape == (1, 16, 8)
    True
    """


@_register
class GradientMaskConv2DTranspose(MaskedLayer, layers.Conv2DTranspose):
    """2-D transposed convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv2DTranspose`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv2DTranspose(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 16, 16, 3))).shape == (1, 16, 16, 8)
    True
    """


@_register
class GradientMaskConv3DTranspose(MaskedLayer, layers.Conv3DTranspose):
    """3-D transposed convolution whose output's gradient goes through a mask while training.

    The arguments of `keras.layers.Conv3DTranspose`, in its order, then as keywords those of
    `keras_lateral.GradientMask` and `scope`: `"all"` (the masked gradient goes on to earlier
    layers) or `"weights"` (it reaches only this layer's weights).

    Example:

    >>> layer = GradientMaskConv3DTranspose(8, 3, padding="same", activation="relu", sigma=1.0)
    >>> layer(keras.ops.ones((1, 8, 8, 8, 3))).shape == (1, 8, 8, 8, 8)
    True
    """
