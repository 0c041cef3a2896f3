"""Keras layers, regularizers and callbacks that help convolutional networks on little data."""

from keras_lateral.analysis.find_gradient_masks import find_gradient_masks as find_gradient_masks
from keras_lateral.analysis.gradient_mask_record import GradientMaskReport as GradientMaskReport
from keras_lateral.analysis.gradient_mask_report import (
    gradient_mask_report as gradient_mask_report,
)
from keras_lateral.analysis.mask_gradients import mask_gradients as mask_gradients
from keras_lateral.callbacks.gradient_mask_monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.callbacks.gradient_mask_schedule import (
    GradientMaskSchedule as GradientMaskSchedule,
)
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
from keras_lateral.ops.exact_gradients import exact_gradients as exact_gradients
from keras_lateral.plots.gradient_mask import plot_gradient_mask as plot_gradient_mask
from keras_lateral.plots.gradient_mask_report import (
    plot_gradient_mask_report as plot_gradient_mask_report,
)

__version__ = "0.1.0"
