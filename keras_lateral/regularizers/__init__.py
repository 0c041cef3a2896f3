"""Penalties on a layer's operator, and attaching them to models."""

from keras_lateral.regularizers.attach_regularizer import attach_regularizer as attach_regularizer
from keras_lateral.regularizers.attach_regularizer import detach_regularizer as detach_regularizer
from keras_lateral.regularizers.find_regularizers import find_regularizers as find_regularizers
from keras_lateral.regularizers.frame_regularizer import FrameRegularizer as FrameRegularizer
from keras_lateral.regularizers.minimum_hyperspherical_energy import (
    MinimumHypersphericalEnergy as MinimumHypersphericalEnergy,
)
from keras_lateral.regularizers.orthogonal_convolution import (
    OrthogonalConvolution as OrthogonalConvolution,
)
from keras_lateral.regularizers.soft_orthogonality import SoftOrthogonality as SoftOrthogonality
from keras_lateral.regularizers.spectral_restricted_isometry import (
    SpectralRestrictedIsometry as SpectralRestrictedIsometry,
)
