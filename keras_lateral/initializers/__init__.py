"""Starts inside the frame."""

from keras_lateral.initializers.delta_orthogonal import DeltaOrthogonal as DeltaOrthogonal
