"""Callbacks that change the methods' settings during `fit`, and that write what they do to logs."""

from keras_lateral.callbacks.gradient_mask_monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.callbacks.gradient_mask_schedule import (
    GradientMaskSchedule as GradientMaskSchedule,
)
