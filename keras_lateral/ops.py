"""Pure functions on `keras.ops`: the mathematics of the methods, without state."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.frame.delta_orthogonal import delta_orthogonal as delta_orthogonal
from keras_lateral.frame.frame_regularizer import frame_penalty as frame_penalty
from keras_lateral.frame.gram.kernel_gram import kernel_gram as kernel_gram
from keras_lateral.frame.gram.kernel_gram import kernel_gram_entries as kernel_gram_entries
from keras_lateral.frame.gram.rows import KernelGram as KernelGram
from keras_lateral.frame.rivals.filters import filters as filters
from keras_lateral.frame.rivals.hyperspherical_energy import (
    hyperspherical_energy as hyperspherical_energy,
)
from keras_lateral.frame.rivals.orthogonal_convolution import (
    orthogonal_convolution as orthogonal_convolution,
)
from keras_lateral.frame.rivals.soft_orthogonality import soft_orthogonality as soft_orthogonality
from keras_lateral.frame.rivals.spectral_restricted_isometry import (
    spectral_restricted_isometry as spectral_restricted_isometry,
)
from keras_lateral.gradient_mask.exact_gradients import exact_gradients as exact_gradients
from keras_lateral.gradient_mask.laplacian_of_gaussian import (
    laplacian_of_gaussian as laplacian_of_gaussian,
)
from keras_lateral.gradient_mask.laplacian_of_gaussian import (
    laplacian_of_gaussian_kernel as laplacian_of_gaussian_kernel,
)
from keras_lateral.gradient_mask.mask import gradient_mask as gradient_mask
from keras_lateral.gradient_mask.mask import (
    identity_with_gradient_mask as identity_with_gradient_mask,
)
from keras_lateral.gradient_mask.mask import inhibition_response as inhibition_response
from keras_lateral.gradient_mask.mask import masked_gradient as masked_gradient
from keras_lateral.gradient_mask.minicolumns import minicolumn_norms as minicolumn_norms
from keras_lateral.gradient_mask.settings import GradientMaskSettings as GradientMaskSettings
from keras_lateral.gradient_mask.split_backward import split_backward as split_backward
from keras_lateral.keras_tools.autodiff import gradients as gradients
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry as KernelGeometry
from keras_lateral.receptive_field.field import ReceptiveField as ReceptiveField
