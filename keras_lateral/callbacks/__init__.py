"""Callbacks that change the methods' settings during `fit`, and that write what they do to logs."""

from keras_lateral.callbacks.cosine_decay import CosineDecay as CosineDecay
from keras_lateral.callbacks.frame_bounds_monitor import FrameBoundsMonitor as FrameBoundsMonitor
from keras_lateral.callbacks.frozen_epochs import AlternatingEpochs as AlternatingEpochs
from keras_lateral.callbacks.frozen_epochs import WhenRising as WhenRising
from keras_lateral.callbacks.frozen_layers import frozen as frozen
from keras_lateral.callbacks.gradient_mask_monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.callbacks.gradient_mask_schedule import (
    GradientMaskSchedule as GradientMaskSchedule,
)
from keras_lateral.callbacks.receptive_field_freeze import (
    ReceptiveFieldFreeze as ReceptiveFieldFreeze,
)
from keras_lateral.callbacks.regularizer_schedule import RegularizerSchedule as RegularizerSchedule
