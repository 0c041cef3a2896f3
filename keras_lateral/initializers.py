"""Starts inside the frame."""

from keras_lateral.frame.delta_orthogonal import DeltaOrthogonal as DeltaOrthogonal
