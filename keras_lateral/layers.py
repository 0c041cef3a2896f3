"""Layers with a gradient mask, and the way to put masks into an existing model."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.gradient_mask.apply import apply_gradient_mask as apply_gradient_mask
from keras_lateral.gradient_mask.apply import remove_gradient_mask as remove_gradient_mask
from keras_lateral.gradient_mask.convolutions import GradientMaskConv1D as GradientMaskConv1D
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskConv1DTranspose as GradientMaskConv1DTranspose,
)
from keras_lateral.gradient_mask.convolutions import GradientMaskConv2D as GradientMaskConv2D
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskConv2DTranspose as GradientMaskConv2DTranspose,
)
from keras_lateral.gradient_mask.convolutions import GradientMaskConv3D as GradientMaskConv3D
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskConv3DTranspose as GradientMaskConv3DTranspose,
)
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskDepthwiseConv1D as GradientMaskDepthwiseConv1D,
)
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskDepthwiseConv2D as GradientMaskDepthwiseConv2D,
)
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskSeparableConv1D as GradientMaskSeparableConv1D,
)
from keras_lateral.gradient_mask.convolutions import (
    GradientMaskSeparableConv2D as GradientMaskSeparableConv2D,
)
from keras_lateral.gradient_mask.layer import GradientMask as GradientMask
