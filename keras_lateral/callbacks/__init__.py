"""Callbacks that change the methods' settings during `fit`, and that write what they do to logs."""

from keras_lateral.callbacks.frame_bounds_monitor import FrameBoundsMonitor as FrameBoundsMonitor
from keras_lateral.callbacks.gradient_mask_monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.callbacks.gradient_mask_schedule import (
    GradientMaskSchedule as GradientMaskSchedule,
)
from keras_lateral.callbacks.regularizer_schedule import RegularizerSchedule as RegularizerSchedule
