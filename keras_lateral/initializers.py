"""Starts inside the frame."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.frame.delta_orthogonal import DeltaOrthogonal as DeltaOrthogonal
