"""Pure functions on `keras.ops`: the mathematics of the methods, without state."""

from keras_lateral.ops.autodiff import gradients as gradients
from keras_lateral.ops.delta_orthogonal import delta_orthogonal as delta_orthogonal
from keras_lateral.ops.exact_gradients import exact_gradients as exact_gradients
from keras_lateral.ops.filters import filters as filters
from keras_lateral.ops.frame_penalty import frame_penalty as frame_penalty
from keras_lateral.ops.gradient_mask import gradient_mask as gradient_mask
from keras_lateral.ops.gradient_mask import (
    identity_with_gradient_mask as identity_with_gradient_mask,
)
from keras_lateral.ops.gradient_mask import inhibition_response as inhibition_response
from keras_lateral.ops.gradient_mask import masked_gradient as masked_gradient
from keras_lateral.ops.gradient_mask_settings import GradientMaskSettings as GradientMaskSettings
from keras_lateral.ops.gram_rows import KernelGram as KernelGram
from keras_lateral.ops.hyperspherical_energy import hyperspherical_energy as hyperspherical_energy
from keras_lateral.ops.kernel_geometry import KernelGeometry as KernelGeometry
from keras_lateral.ops.kernel_gram import kernel_gram as kernel_gram
from keras_lateral.ops.kernel_gram import kernel_gram_entries as kernel_gram_entries
from keras_lateral.ops.laplacian_of_gaussian import laplacian_of_gaussian as laplacian_of_gaussian
from keras_lateral.ops.laplacian_of_gaussian_kernel import (
    laplacian_of_gaussian_kernel as laplacian_of_gaussian_kernel,
)
from keras_lateral.ops.minicolumns import minicolumn_norms as minicolumn_norms
from keras_lateral.ops.orthogonal_convolution import (
    orthogonal_convolution as orthogonal_convolution,
)
from keras_lateral.ops.receptive_field import ReceptiveField as ReceptiveField
from keras_lateral.ops.soft_orthogonality import soft_orthogonality as soft_orthogonality
from keras_lateral.ops.spectral_restricted_isometry import (
    spectral_restricted_isometry as spectral_restricted_isometry,
)
from keras_lateral.ops.split_backward import split_backward as split_backward
