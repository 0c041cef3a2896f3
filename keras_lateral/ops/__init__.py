"""Pure functions on `keras.ops`: the mathematics of the methods, without state."""

from keras_lateral.ops.autodiff import gradients as gradients
from keras_lateral.ops.exact_gradients import exact_gradients as exact_gradients
from keras_lateral.ops.gradient_mask import gradient_mask as gradient_mask
from keras_lateral.ops.gradient_mask import (
    identity_with_gradient_mask as identity_with_gradient_mask,
)
from keras_lateral.ops.gradient_mask import inhibition_response as inhibition_response
from keras_lateral.ops.gradient_mask import masked_gradient as masked_gradient
from keras_lateral.ops.gradient_mask_settings import GradientMaskSettings as GradientMaskSettings
from keras_lateral.ops.laplacian_of_gaussian import laplacian_of_gaussian as laplacian_of_gaussian
from keras_lateral.ops.laplacian_of_gaussian_kernel import (
    laplacian_of_gaussian_kernel as laplacian_of_gaussian_kernel,
)
from keras_lateral.ops.minicolumns import minicolumn_norms as minicolumn_norms
from keras_lateral.ops.split_backward import split_backward as split_backward
