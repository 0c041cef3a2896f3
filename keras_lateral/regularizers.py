"""Penalties on a layer's operator, and attaching them to models."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.frame.attach import attach_regularizer as attach_regularizer
from keras_lateral.frame.attach import detach_regularizer as detach_regularizer
from keras_lateral.frame.attach import find_regularizers as find_regularizers
from keras_lateral.frame.frame_regularizer import FrameRegularizer as FrameRegularizer
from keras_lateral.frame.rivals.hyperspherical_energy import (
    MinimumHypersphericalEnergy as MinimumHypersphericalEnergy,
)
from keras_lateral.frame.rivals.orthogonal_convolution import (
    OrthogonalConvolution as OrthogonalConvolution,
)
from keras_lateral.frame.rivals.soft_orthogonality import SoftOrthogonality as SoftOrthogonality
from keras_lateral.frame.rivals.spectral_restricted_isometry import (
    SpectralRestrictedIsometry as SpectralRestrictedIsometry,
)
