"""Layers with a gradient mask, and the way to put masks into an existing model."""

from keras_lateral.layers.apply_gradient_mask import apply_gradient_mask as apply_gradient_mask
from keras_lateral.layers.apply_gradient_mask import remove_gradient_mask as remove_gradient_mask
from keras_lateral.layers.convolutions import GradientMaskConv1D as GradientMaskConv1D
from keras_lateral.layers.convolutions import (
    GradientMaskConv1DTranspose as GradientMaskConv1DTranspose,
)
from keras_lateral.layers.convolutions import GradientMaskConv2D as GradientMaskConv2D
from keras_lateral.layers.convolutions import (
    GradientMaskConv2DTranspose as GradientMaskConv2DTranspose,
)
from keras_lateral.layers.convolutions import GradientMaskConv3D as GradientMaskConv3D
from keras_lateral.layers.convolutions import (
    GradientMaskConv3DTranspose as GradientMaskConv3DTranspose,
)
from keras_lateral.layers.convolutions import (
    GradientMaskDepthwiseConv1D as GradientMaskDepthwiseConv1D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskDepthwiseConv2D as GradientMaskDepthwiseConv2D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskSeparableConv1D as GradientMaskSeparableConv1D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskSeparableConv2D as GradientMaskSeparableConv2D,
)
from keras_lateral.layers.gradient_mask import GradientMask as GradientMask
